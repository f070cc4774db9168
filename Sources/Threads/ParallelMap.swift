import Synchronization

extension Array where Element: Sendable {
    /// Turns each element into another, on all processors; the order stays. Blocks until all are done.
    ///
    /// - Parameter piece: how many elements a thread takes at a time, at least 1. So many or fewer stay on the calling
    ///   thread: to start another costs some 50 µs.
    package func parallelMap<Output: Sendable>(
        piece: Int, _ transform: @escaping @Sendable (Element) -> Output
    ) -> [Output] {
        let threads = Swift.min(Processors.count, (count + piece - 1) / piece)
        guard threads > 1 else { return map(transform) }
        let work = ParallelWork(self, piece: piece, transform)
        let helpers = (1..<threads).compactMap { _ in WorkThread { work.run() } }
        work.run()
        for helper in helpers { helper.join() }
        return work.results
    }
}

/// An array that several threads turn into another, piece by piece.
private final class ParallelWork<Input: Sendable, Output: Sendable>: Sendable {
    private let inputs: [Input]
    private let piece: Int
    private let transform: @Sendable (Input) -> Output
    private let next = Atomic<Int>(0)
    private let done = Mutex<[(start: Int, outputs: [Output])]>([])

    init(_ inputs: [Input], piece: Int, _ transform: @escaping @Sendable (Input) -> Output) {
        self.inputs = inputs
        self.piece = piece
        self.transform = transform
    }

    /// Takes pieces until none is left.
    func run() {
        while true {
            let start = next.add(piece, ordering: .relaxed).oldValue
            guard start < inputs.count else { return }
            let outputs = inputs[start..<min(start + piece, inputs.count)].map(transform)
            done.withLock { $0.append((start, outputs)) }
        }
    }

    /// In the order of the inputs, once every thread has returned.
    var results: [Output] {
        done.withLock { $0.sorted { $0.start < $1.start } }.flatMap(\.outputs)
    }
}
