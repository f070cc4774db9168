import CCurl
import Glibc
import NetIO

/// libcurl's multi handle on a loop: its sockets and its one timer belong to the reactor.
final class CurlMulti {
    private let raw: UnsafeMutableRawPointer
    private let reactor: Reactor
    private(set) lazy var sockets = CurlSockets(reactor: reactor) { [unowned self] in act($0, $1) }

    /// When libcurl wants to be called; 0 is at once.
    private var due: UInt64?
    /// When the reactor's timer fires: never after `due`, often before it, since moving a timer costs more than a look.
    private var armed: (time: UInt64, timer: TimerID)?
    private var isClosed = false

    /// Called for each transfer that ended, outside of libcurl.
    var onFinished: (EasyHandle, CURLcode) -> Void = { _, _ in }

    /// Once for the process; a `static let` is initialised by one thread.
    private static let globalInit = curl_global_init(Int(CURL_GLOBAL_SSL | CURL_GLOBAL_WIN32))

    /// - Parameter maxConnections: open at once, kept ones among them. At the bound kept ones are closed, and a transfer waits
    ///   when there is none.
    init(reactor: Reactor, maxConnections: Int) throws(HTTPClientError) {
        guard CurlMulti.globalInit == CURLE_OK, let raw = curl_multi_init() else {
            throw HTTPClientError(description: "libcurl does not start")
        }
        self.raw = raw
        self.reactor = reactor
        setOptions(maxConnections)
    }

    deinit {
        close()
    }

    private func setOptions(_ maxConnections: Int) {
        llmgw_curl_multi_set_pointer(raw, CURLMOPT_SOCKETDATA, context(sockets))
        llmgw_curl_multi_set_socket(raw) { _, descriptor, what, context, _ in
            object(context, CurlSockets.self)?.watch(descriptor, what)
            return 0
        }
        llmgw_curl_multi_set_pointer(raw, CURLMOPT_TIMERDATA, context(self))
        llmgw_curl_multi_set_timer(raw) { _, milliseconds, context in
            object(context, CurlMulti.self)?.setTimer(milliseconds)
            return 0
        }
        // The cache must not be the narrower limit.
        llmgw_curl_multi_set_long(raw, CURLMOPT_MAXCONNECTS, maxConnections)
        llmgw_curl_multi_set_long(raw, CURLMOPT_MAX_TOTAL_CONNECTIONS, maxConnections)
        // One request at a time on a connection, of HTTP/2 too.
        llmgw_curl_multi_set_long(raw, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
    }

    /// Closes all connections. No handle may be left in it.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        if let armed { reactor.cancel(armed.timer) }
        curl_multi_cleanup(raw)
    }

    // MARK: Transfers

    /// Takes a handle in. The request goes out with the next ``settle()``.
    func add(_ handle: EasyHandle) -> Bool {
        due = 0
        return curl_multi_add_handle(raw, handle.raw) == CURLM_OK
    }

    /// Takes a handle out; an unfinished transfer ends, and with it its connection.
    func remove(_ handle: EasyHandle) {
        curl_multi_remove_handle(raw, handle.raw)
    }

    /// Goes on with a transfer that its write callback paused.
    func resume(_ handle: EasyHandle) {
        due = 0
        curl_easy_pause(handle.raw, CURLPAUSE_CONT)
        settle()
    }

    // MARK: Turning

    private func act(_ descriptor: CInt, _ flags: CInt) {
        var running: CInt = 0
        curl_multi_socket_action(raw, descriptor, flags, &running)
        settle()
    }

    /// Reports what has ended and does what is due at once, for a bounded number of rounds; the rest waits for the timer.
    func settle() {
        var running: CInt = 0
        for _ in 0..<16 {
            reportFinished()
            guard due == 0, !isClosed else { break }
            due = nil
            curl_multi_socket_action(raw, -1, 0, &running)
        }
        armTimer()
    }

    private func reportFinished() {
        var result = CURLE_OK
        while !isClosed, let finished = llmgw_curl_next_finished(raw, &result) {
            if let handle = object(llmgw_curl_private(finished), EasyHandle.self) { onFinished(handle, result) }
        }
    }

    // MARK: The timer

    /// From the timer callback: milliseconds from now, or -1 for never.
    private func setTimer(_ milliseconds: Int) {
        switch milliseconds {
        case ..<0: due = nil
        case 0: due = 0
        default: due = MonotonicClock.nanoseconds &+ UInt64(min(milliseconds, 1 << 40)) &* 1_000_000
        }
    }

    private func armTimer() {
        guard let due, !isClosed else { return }
        if let armed {
            if armed.time <= due { return }
            reactor.cancel(armed.timer)
        }
        let now = MonotonicClock.nanoseconds
        let delay = due > now ? due - now : 0
        let timer = reactor.schedule(after: .nanoseconds(Int64(clamping: delay))) { [weak self] in self?.timerFired() }
        armed = (due, timer)
    }

    private func timerFired() {
        armed = nil
        guard let due else { return }
        if due <= MonotonicClock.nanoseconds {
            self.due = 0
            settle()
        } else {
            armTimer()
        }
    }
}
