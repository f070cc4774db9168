import CCurl
import Glibc
import HTTPTypes

/// One libcurl easy handle: all options of its endpoint are set once, and a request sets only what differs.
///
/// Handles are used again, because making one and setting thirty options costs more than a small request. libcurl holds
/// plain pointers to this object and to its buffers, so it must outlive `raw`; it does, since it frees it.
final class EasyHandle {
    let raw: UnsafeMutableRawPointer
    private let headers = HeaderList()
    private let errorText = UnsafeMutableBufferPointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private let goodbye = UnsafeMutablePointer<CInt>.allocate(capacity: 1)
    private var body = UnsafeMutableRawBufferPointer.allocate(byteCount: 1024, alignment: 16)
    private var lastURL = ""
    private var lastMethod: HTTPMethod?
    private var lastFields: [(name: String, value: String)] = []
    /// The first option that libcurl refused; the handle must not be used then.
    private(set) var setupFailure: String?

    private var abandonsConnection = false
    let sockets: CurlSockets
    let policy: AddressPolicy
    /// What the handle works for at the moment.
    var transfer: CurlTransfer?

    init?(endpoint: UpstreamEndpoint, origin: Origin, sockets: CurlSockets) {
        guard let raw = curl_easy_init() else { return nil }
        self.raw = raw
        self.sockets = sockets
        // Who configures a proxy means its address, and the proxy looks up the host.
        policy = AddressPolicy(host: origin.host, allowsPrivate: endpoint.allowsPrivate || endpoint.proxy != nil)
        errorText.initialize(repeating: 0)
        goodbye.initialize(to: 0)
        installCallbacks()
        setTransport(endpoint, origin)
        setTLS(endpoint)
    }

    deinit {
        curl_easy_cleanup(raw)
        errorText.deallocate()
        goodbye.deallocate()
        body.deallocate()
    }

    // MARK: Once

    private func setTransport(_ endpoint: UpstreamEndpoint, _ origin: Origin) {
        // Only what the configuration names is contacted: no redirect, no proxy or password from the environment.
        let mayBePlain = policy != .global || endpoint.allowsPrivate
        set(CURLOPT_PROTOCOLS_STR, mayBePlain ? "http,https" : "https")
        set(CURLOPT_REDIR_PROTOCOLS_STR, "https")  // "" is refused; none is followed anyway
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_PROXY, endpoint.proxy ?? "")
        set(CURLOPT_NOPROXY, endpoint.proxy == nil ? "*" : "")
        set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        set(CURLOPT_PATH_AS_IS, 1)
        // HTTP/2 where the peer offers it in the TLS handshake. A connection still carries one request at a time, since
        // the multi handle does not multiplex: on a shared one, a slow reader would hold up its neighbours.
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        // The transfer listens for goodbyes of HTTP/2; nothing of it is written anywhere.
        set(CURLOPT_VERBOSE, origin.isTLS ? 1 : 0)
        set(CURLOPT_HTTP09_ALLOWED, 0)
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_TCP_NODELAY, 1)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_MAXLIFETIME_CONN, 300)
        // A frame of HTTP/2 fits in: with less, libcurl 7.88 leaves the rest of a head, or of a body above its window of 4 MB,
        // lying until the next packet, which never comes.
        set(CURLOPT_BUFFERSIZE, 16_384)
        // A name that takes its time must not hold up the loop when its transfer is given up.
        set(CURLOPT_QUICK_EXIT, 1)
        // The transfer's own clock decides; this only keeps libcurl's from being shorter.
        set(CURLOPT_CONNECTTIMEOUT_MS, 86_400_000)
        check(llmgw_curl_set_pointer(raw, CURLOPT_ERRORBUFFER, errorText.baseAddress), CURLOPT_ERRORBUFFER)
    }

    private func setTLS(_ endpoint: UpstreamEndpoint) {
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let file = endpoint.caFile {
            set(CURLOPT_CAINFO, file)
            check(llmgw_curl_set_text(raw, CURLOPT_CAPATH, nil), CURLOPT_CAPATH)
        } else if let bundle = llmgw_curl_info_text(raw, CURLINFO_CAINFO), access(bundle, R_OK) == 0 {
            // Without a folder beside the bundle, libcurl reads the bundle once and not for every connection.
            check(llmgw_curl_set_text(raw, CURLOPT_CAPATH, nil), CURLOPT_CAPATH)
        }
    }

    func set(_ option: CURLoption, _ value: Int) {
        check(llmgw_curl_set_long(raw, option, value), option)
    }

    func set(_ option: CURLoption, _ value: String) {
        check(llmgw_curl_set_text(raw, option, value), option)
    }

    func check(_ code: CURLcode, _ option: CURLoption) {
        guard code != CURLE_OK, setupFailure == nil else { return }
        setupFailure = "libcurl refuses option \(option.rawValue): \(String(cString: curl_easy_strerror(code)))"
    }

    // MARK: For each request

    func prepare(_ request: UpstreamRequest) {
        errorText[0] = 0
        if request.url != lastURL {
            set(CURLOPT_URL, request.url)
            lastURL = request.url
        }
        setBody(request.body)
        setMethod(request.method, hasBody: !request.body.isEmpty)  // after the body, which sets it to POST
        setHeaders(request.headers)
    }

    private func setMethod(_ method: HTTPMethod, hasBody: Bool) {
        // GET, HEAD and POST have switches of their own; the others are a name over GET or POST.
        if method == .post, lastMethod == .post { return }
        check(llmgw_curl_set_text(raw, CURLOPT_CUSTOMREQUEST, nil), CURLOPT_CUSTOMREQUEST)
        set(CURLOPT_NOBODY, method == .head ? 1 : 0)
        if method == .post || hasBody {
            set(CURLOPT_POST, 1)
        } else if method != .head {
            set(CURLOPT_HTTPGET, 1)
        }
        if method != .get && method != .head && method != .post || method == .get && hasBody {
            set(CURLOPT_CUSTOMREQUEST, method.name)
        }
        lastMethod = method
    }

    /// Copies the body to where it stays put, for as long as libcurl may send it again on a new connection.
    private func setBody(_ bytes: [UInt8]) {
        if body.count < bytes.count {
            body.deallocate()
            body = .allocate(byteCount: bytes.count, alignment: 16)
        }
        body.copyBytes(from: bytes)
        check(llmgw_curl_set_pointer(raw, CURLOPT_POSTFIELDS, body.baseAddress), CURLOPT_POSTFIELDS)
        check(
            llmgw_curl_set_size(raw, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count)), CURLOPT_POSTFIELDSIZE_LARGE)
    }

    private func setHeaders(_ fields: [(name: String, value: String)]) {
        // Mostly the same as last time: libcurl still has the list.
        if !lastFields.isEmpty, lastFields.elementsEqual(fields, by: ==) { return }
        lastFields = fields
        headers.removeAll()
        var hasType = false
        var hasAccept = false
        for (name, value) in fields {
            switch name.lowercased() {
            case "content-length", "transfer-encoding", "connection", "expect", "accept-encoding", "te", "upgrade":
                continue  // how the bytes travel is decided here
            case "content-type": hasType = true
            case "accept": hasAccept = true
            default: break
            }
            guard !name.isEmpty, name.utf8.allSatisfy(ResponseHeadParser.isTokenByte) else {
                setupFailure = setupFailure ?? "a header's name is no token"
                continue
            }
            headers.append(name, value)
        }
        headers.append("Accept-Encoding", "identity")
        headers.suppress("Expect")
        if !hasType { headers.suppress("Content-Type") }
        if !hasAccept { headers.suppress("Accept") }
        check(llmgw_curl_set_pointer(raw, CURLOPT_HTTPHEADER, headers.link()), CURLOPT_HTTPHEADER)
    }

    /// From a header callback: from now on ``peerSaidGoodbye`` tells. Such a connection carries no second answer.
    func watchForGoodbye() {
        goodbye.pointee = 0
        _ = llmgw_curl_watch_goodbye(raw, goodbye)
    }

    /// Whether TLS's close_notify came; without it a connection was cut, by a crash or by somebody in between.
    var peerSaidGoodbye: Bool { goodbye.pointee != 0 }

    /// Ends the connection with the transfer, however it ends.
    ///
    /// HTTP/2 could keep it and reset the stream alone, but libcurl does not flush that frame: the peer would go on
    /// answering, and billing, until its window was full.
    func abandonConnection() {
        guard !abandonsConnection else { return }
        abandonsConnection = true
        set(CURLOPT_FORBID_REUSE, 1)
    }

    /// Lets go of a large body after its request.
    func recycle() {
        transfer = nil
        if abandonsConnection { set(CURLOPT_FORBID_REUSE, 0) }
        abandonsConnection = false
        guard body.count > 262_144 else { return }
        body.deallocate()
        body = .allocate(byteCount: 1024, alignment: 16)
    }

    /// Whether libcurl has said of this request that something broke.
    var hasExplained: Bool { errorText[0] != 0 }

    /// From a callback: whether the connection speaks HTTP/2.
    var speaksHTTP2: Bool { llmgw_curl_speaks_http2(raw) != 0 }

    /// What libcurl says about a failure; names and numbers of the connection, nothing of head or body.
    func explanation(of code: CURLcode) -> String {
        let text = errorText.baseAddress.map { String(cString: $0) } ?? ""
        return text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
    }
}
