/// Names a scheduled action, so that it can be cancelled. Never used twice.
package struct TimerID: Sendable, Hashable {
    let sequence: UInt64
}

/// Actions in the order of their time: a binary heap. Cancelled ones stay in it, empty, until their time comes.
///
/// Holds no clock; times are nanoseconds of a monotonic one that the caller reads.
struct TimerQueue {
    private struct Entry {
        var time: UInt64
        var sequence: UInt64
    }

    private var heap: [Entry] = []
    private var actions: [UInt64: () -> Void] = [:]
    private var nextSequence: UInt64 = 0

    /// The time of the next entry, cancelled or not.
    var nextTime: UInt64? { heap.first?.time }

    mutating func schedule(at time: UInt64, _ action: @escaping () -> Void) -> TimerID {
        let sequence = nextSequence
        nextSequence += 1
        actions[sequence] = action
        heap.append(Entry(time: time, sequence: sequence))
        siftUp(from: heap.count - 1)
        return TimerID(sequence: sequence)
    }

    mutating func cancel(_ id: TimerID) {
        guard actions.removeValue(forKey: id.sequence) != nil else { return }
        // Mostly cancelled timers, as after a burst of answered requests: make room.
        if heap.count > 1024, heap.count > 4 * actions.count { compact() }
    }

    /// Returns the action of the earliest entry whose time is not after `now`; nil when there is none.
    mutating func popDue(at now: UInt64) -> (() -> Void)? {
        while let first = heap.first, first.time <= now {
            removeFirst()
            if let action = actions.removeValue(forKey: first.sequence) { return action }
        }
        return nil
    }

    private mutating func compact() {
        heap.removeAll { actions[$0.sequence] == nil }
        heap.sort { $0.time < $1.time }  // a sorted array is a heap
    }

    private mutating func removeFirst() {
        let last = heap.removeLast()
        guard !heap.isEmpty else { return }
        heap[0] = last
        siftDown(from: 0)
    }

    private mutating func siftUp(from start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard heap[index].time < heap[parent].time else { return }
            heap.swapAt(index, parent)
            index = parent
        }
    }

    private mutating func siftDown(from start: Int) {
        var index = start
        while true {
            var smallest = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count {
                if heap[child].time < heap[smallest].time { smallest = child }
            }
            guard smallest != index else { return }
            heap.swapAt(index, smallest)
            index = smallest
        }
    }
}
