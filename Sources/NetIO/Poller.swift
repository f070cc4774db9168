import CLinux
import Glibc

/// What a descriptor waits for, or is ready for.
package struct Readiness: OptionSet, Sendable, Hashable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    package static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    /// The peer will send no more. Asked for by itself it reports a leaving client while nothing is read.
    package static let peerClosed = Readiness(rawValue: EPOLLRDHUP.rawValue)
    /// Bytes, or their end. Named, since a literal of a set makes an array whenever it is reached.
    package static let incoming: Readiness = [.readable, .peerClosed]
    /// Always reported, never asked for.
    package static let failed = Readiness(rawValue: EPOLLERR.rawValue | EPOLLHUP.rawValue)
}

/// Wakes a loop that waits. From any thread.
final class AlarmBell: Sendable {
    fileprivate let descriptor: FileDescriptor

    init() throws(SystemError) {
        let raw = eventfd(0, CInt(EFD_NONBLOCK | EFD_CLOEXEC))
        guard raw >= 0 else { throw SystemError("eventfd") }
        descriptor = FileDescriptor(owning: raw)
    }

    /// Ends the loop's wait, this one or the next.
    func ring() {
        var one: UInt64 = 1
        _ = write(descriptor.rawValue, &one, 8)
    }

    func silence() {
        var count: UInt64 = 0
        _ = read(descriptor.rawValue, &count, 8)
    }
}

/// An epoll set, with the bell that wakes it. Level-triggered.
struct Poller: ~Copyable {
    private let epoll: FileDescriptor
    private let alarm: AlarmBell
    private let events = UnsafeMutableBufferPointer<epoll_event>.allocate(capacity: 256)
    /// Marks the alarm among the tokens of descriptors.
    static let alarmToken = UInt64.max

    init(alarm: AlarmBell) throws(SystemError) {
        let raw = epoll_create1(CInt(EPOLL_CLOEXEC))
        guard raw >= 0 else { throw SystemError("epoll_create1") }
        let epoll = FileDescriptor(owning: raw)
        try Poller.control(raw, EPOLL_CTL_ADD, alarm.descriptor.rawValue, .readable, token: Poller.alarmToken)
        self.epoll = epoll
        self.alarm = alarm
    }

    deinit {
        events.deallocate()
    }

    func add(_ descriptor: CInt, _ interest: Readiness, token: UInt64) throws(SystemError) {
        try Poller.control(epoll.rawValue, EPOLL_CTL_ADD, descriptor, interest, token: token)
    }

    func modify(_ descriptor: CInt, _ interest: Readiness, token: UInt64) throws(SystemError) {
        try Poller.control(epoll.rawValue, EPOLL_CTL_MOD, descriptor, interest, token: token)
    }

    /// A descriptor that was closed already is gone from the set, so failure means nothing.
    func remove(_ descriptor: CInt) {
        var event = epoll_event()
        _ = epoll_ctl(epoll.rawValue, EPOLL_CTL_DEL, descriptor, &event)
    }

    /// Waits, then returns what is ready: nothing after `timeout` milliseconds, which -1 makes endless.
    ///
    /// The slice is overwritten by the next wait.
    func wait(timeout: CInt) -> Slice<UnsafeMutableBufferPointer<epoll_event>> {
        let count = epoll_wait(epoll.rawValue, events.baseAddress, CInt(events.count), timeout)
        return events[0..<Int(max(count, 0))]  // an interrupt is as good as nothing
    }

    func silenceAlarm() {
        alarm.silence()
    }

    private static func control(
        _ epoll: CInt, _ operation: CInt, _ descriptor: CInt, _ interest: Readiness, token: UInt64
    ) throws(SystemError) {
        var event = epoll_event()
        event.events = interest.rawValue
        event.data.u64 = token
        guard epoll_ctl(epoll, operation, descriptor, &event) == 0 else {
            throw SystemError("epoll_ctl", "descriptor \(descriptor)")
        }
    }
}
