import CCurl
import HTTPTypes

/// A transfer of libcurl's, seen from both sides: its callbacks fill it, one task empties it.
///
///     waiting ──▶ connecting ──(connectionStands)──▶ written ──(head)──▶ body ──▶ end
///
/// Once ``end`` is set the handle is gone and only what has arrived is left to be read.
final class CurlTransfer: UpstreamTransfer {
    enum End {
        case clean
        case failed(TransferFailure)
    }

    enum BodyAnswer {
        case taken, paused, refused
    }

    let pool: EndpointPool
    /// Where the client's list of transfers has it.
    var place = 0
    private(set) var handle: EasyHandle?
    private(set) var end: End?

    private var request: UpstreamRequest?
    private let isHeadRequest: Bool
    private var client: UpstreamClient?
    private var clock: TransferClock
    private var parser = ResponseHeadParser()
    private var finalHead: HTTPResponseHead?
    private let reader = Reader()

    private var pending: [UInt8] = []
    private var decoder = ContentDecoder(HTTPFields())
    private let maxBuffered: Int
    /// Set by ``whole(limit:)``: everything is wanted, up to here.
    private var wholeLimit: Int?
    private var isPaused = false

    /// Why a callback refused to go on.
    private var refusal: TransferFailure?
    private var addressRefused = false
    private var openedConnection = false
    /// Whether the request went out over HTTP/2.
    private var speaksHTTP2 = false
    private var remarks = HTTP2Remarks()
    /// Whether the peer has said that it did not process the request.
    private var wasUnprocessed = false
    /// Whether only TLS's goodbye tells the body's end from a cut: neither length nor chunks say it.
    private var endsWithGoodbye = false

    private(set) var bytesReceived = 0
    private(set) var connectionReused: Bool?
    private(set) var requestWasWritten = false

    init(_ request: UpstreamRequest, pool: EndpointPool, client: UpstreamClient, maxBuffered: Int) {
        self.request = request
        isHeadRequest = request.method == .head
        self.pool = pool
        self.client = client
        self.maxBuffered = maxBuffered
        clock = TransferClock(pool.limits, now: client.now)
    }

    // MARK: The reader's side

    func head() async throws(TransferFailure) -> HTTPResponseHead {
        while true {
            if let finalHead { return finalHead }
            try throwFailure()
            await reader.wait()
        }
    }

    func next() async throws(TransferFailure) -> [UInt8]? {
        while true {
            if !pending.isEmpty { return takePending() }
            try throwFailure()
            if end != nil { return nil }
            await reader.wait()
        }
    }

    func whole(limit: Int) async throws(TransferFailure) -> [UInt8] {
        wholeLimit = limit
        if pending.count > limit { client?.cancel(self, .tooLarge) }
        resumeIfPaused()
        while end == nil { await reader.wait() }
        try throwFailure()
        guard pending.count <= limit else { throw .tooLarge }
        return takePending()
    }

    func cancel() {
        client?.cancel(self, .cancelled)
    }

    private func takePending() -> [UInt8] {
        defer {
            pending = []
            resumeIfPaused()
        }
        return pending
    }

    private func throwFailure() throws(TransferFailure) {
        if case .failed(let failure)? = end { throw failure }
    }

    private func resumeIfPaused() {
        guard isPaused, let handle, let client else { return }
        isPaused = false
        clock.progressed(at: client.now)
        client.expect(self)
        client.resume(handle)
    }

    // MARK: The client's side

    var deadline: (time: UInt64, phase: TimeoutPhase) { clock.deadline(isPaused: isPaused) }

    func begin(with handle: EasyHandle) {
        self.handle = handle
        handle.transfer = self
        if let request { handle.prepare(request) }
        request = nil
    }

    /// Called once. What has arrived stays readable unless the reader itself gave up.
    func finish(_ outcome: End) {
        end = outcome
        handle = nil
        client = nil
        request = nil
        if case .failed(.cancelled) = outcome { (pending, finalHead) = ([], nil) }
        reader.wake()
    }

    /// What libcurl's result means, while the handle is still at hand.
    func outcome(of code: CURLcode) -> End {
        if wasUnprocessed || code != CURLE_OK && finalHead == nil && remarks.isUnprocessed {
            requestWasWritten = false
            return .failed(.unprocessed)
        }
        if let refusal { return .failed(refusal) }
        if code == CURLE_OK {
            // A head that breaks off in a line is a success to libcurl.
            if finalHead == nil { return .failed(.reset("the head broke off")) }
            let isCut = endsWithGoodbye && handle?.peerSaidGoodbye == false
            if isCut { return .failed(.reset("cut without the end of TLS (close_notify)")) }
            decoder.end(into: &pending)
            let isWhole = decoder.isWhole || finalHead.map { $0.status >= 400 } ?? false
            return isWhole ? .clean : .failed(.reset("the compressed body broke off"))
        }
        let reason = handle?.explanation(of: code) ?? ""
        if requestWasWritten, wroteNothing { requestWasWritten = false }
        if requestWasWritten { return .failed(.interrupted(code, reason)) }
        return .failed(.connect(addressRefused ? refusedAddressText : reason))
    }

    /// On a fresh plain connection libcurl's count of what the kernel took is exact; TLS may have sent part of a record.
    private var wroteNothing: Bool {
        guard openedConnection, pool.origin?.isTLS == false, let handle else { return false }
        return llmgw_curl_info_long(handle.raw, CURLINFO_REQUEST_SIZE) == 0
    }

    private var refusedAddressText: String {
        "\(pool.origin?.host ?? "") is on an address that is not public; `private: true` on the provider allows it"
    }

    // MARK: libcurl's side

    func addressWasRefused() {
        addressRefused = true
    }

    func isOpeningConnection() {
        if requestWasWritten { noteSecondTry() }
        openedConnection = true
    }

    func note(_ remark: UnsafeRawBufferPointer) {
        if requestWasWritten { remarks.note(remark) }
    }

    /// libcurl is about to send the request once more. Why, it keeps to itself; there are two reasons.
    ///
    /// Over HTTP/2 a stream was refused (REFUSED_STREAM), or is above the last that the peer will look at (GOAWAY): it was
    /// not processed (RFC 9113 §8.7). Otherwise a kept connection has died, and over HTTP/2 that comes with an explanation.
    private func noteSecondTry() {
        guard speaksHTTP2, finalHead == nil, let handle, !handle.hasExplained else { return }
        wasUnprocessed = true
    }

    /// The next thing that libcurl does is to write the request. Returns false to end the transfer.
    ///
    /// When a kept connection dies with a request on it, libcurl would send the request again on a new one. The peer may
    /// have worked on the first and bill for both, so a second sending is for the caller to decide (RFC 9110 §9.2.2).
    func connectionStands() -> Bool {
        guard !requestWasWritten else {
            noteSecondTry()
            refusal = .reset("the kept connection broke with the request on it")
            return false
        }
        requestWasWritten = true
        speaksHTTP2 = pool.origin?.isTLS == true && handle?.speaksHTTP2 == true
        connectionReused = !openedConnection
        guard let client else { return true }
        clock.connected(at: client.now)
        client.expect(self)
        return true
    }

    /// Returns false to end the transfer.
    func receiveHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        noteProgress()
        do {
            guard let head = try parser.consume(line) else { return true }
            finalHead = head
            decoder = ContentDecoder(head.fields)
            if pool.origin?.isTLS == true, parser.majorVersion == 1, isCloseDelimited(head) {
                endsWithGoodbye = true
                handle?.watchForGoodbye()
            }
            reader.wake()
            return true
        } catch {
            refuse(.malformed(error.reason))
            return false
        }
    }

    /// From a callback that ends the transfer.
    private func refuse(_ failure: TransferFailure) {
        refusal = failure
        handle?.abandonConnection()
    }

    private func isCloseDelimited(_ head: HTTPResponseHead) -> Bool {
        head.status != 204 && head.status != 304 && !isHeadRequest
            && head.fields.range(of: "content-length") == nil && head.fields.range(of: "transfer-encoding") == nil
    }

    func receiveBody(_ chunk: UnsafeRawBufferPointer) -> BodyAnswer {
        if wholeLimit == nil, !pending.isEmpty, pending.count + chunk.count > maxBuffered {
            isPaused = true
            return .paused
        }
        noteProgress()
        bytesReceived += chunk.count
        do {
            guard try decoder.append(chunk, to: &pending, limit: wholeLimit ?? .max) else {
                refuse(.tooLarge)
                return .refused
            }
        } catch {
            // A refusal stays one, whatever its words were.
            guard let status = finalHead?.status, status < 400 else { return .taken }
            refuse(.malformed("a compressed body that cannot be read"))
            return .refused
        }
        if wholeLimit == nil { reader.wake() }
        return .taken
    }

    private func noteProgress() {
        guard let client else { return }
        clock.progressed(at: client.now)
        client.expect(self)
    }
}
