import CCurl
import Glibc

// Where C comes back into Swift. Every context pointer is unretained: an easy handle owns itself through its pool or its
// client while libcurl knows it, and the sockets and the multi handle outlive `curl_multi_cleanup`. Callbacks run on the
// loop's thread, inside a call into libcurl, and none of them calls libcurl or runs foreign code.

/// The object behind a context pointer; not retained, since its owner outlives the call.
func object<Object: AnyObject>(_ context: UnsafeMutableRawPointer?, _: Object.Type) -> Object? {
    context.map { Unmanaged<Object>.fromOpaque($0).takeUnretainedValue() }
}

func context(_ object: AnyObject) -> UnsafeMutableRawPointer {
    Unmanaged.passUnretained(object).toOpaque()
}

extension EasyHandle {
    func installCallbacks() {
        let own = context(self)
        check(llmgw_curl_set_pointer(raw, CURLOPT_PRIVATE, own), CURLOPT_PRIVATE)
        installAnswerCallbacks(own)
        installSocketCallbacks(own)
    }

    private func installAnswerCallbacks(_ own: UnsafeMutableRawPointer) {
        check(llmgw_curl_set_pointer(raw, CURLOPT_HEADERDATA, own), CURLOPT_HEADERDATA)
        check(
            llmgw_curl_set_write(raw, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
                let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
                let accepted = object(context, EasyHandle.self)?.transfer?.receiveHeader(line) ?? false
                return accepted ? line.count : 0
            }, CURLOPT_HEADERFUNCTION)
        check(llmgw_curl_set_pointer(raw, CURLOPT_WRITEDATA, own), CURLOPT_WRITEDATA)
        check(
            llmgw_curl_set_write(raw, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
                let chunk = UnsafeRawBufferPointer(start: bytes, count: size * count)
                switch object(context, EasyHandle.self)?.transfer?.receiveBody(chunk) ?? .refused {
                case .taken: return chunk.count
                case .paused: return Int(CURL_WRITEFUNC_PAUSE)
                case .refused: return 0
                }
            }, CURLOPT_WRITEFUNCTION)
        check(llmgw_curl_set_pointer(raw, CURLOPT_PREREQDATA, own), CURLOPT_PREREQDATA)
        check(
            llmgw_curl_set_prereq(raw) { context, _, _, _, _ in
                let goesOn = object(context, EasyHandle.self)?.transfer?.connectionStands() ?? false
                return CInt(goesOn ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT)
            }, CURLOPT_PREREQFUNCTION)
        check(llmgw_curl_set_pointer(raw, CURLOPT_DEBUGDATA, own), CURLOPT_DEBUGDATA)
        check(
            llmgw_curl_set_debug(raw) { _, kind, bytes, count, context in
                guard kind == CURLINFO_TEXT, let bytes else { return 0 }
                object(context, EasyHandle.self)?.transfer?.note(UnsafeRawBufferPointer(start: bytes, count: count))
                return 0
            }, CURLOPT_DEBUGFUNCTION)
    }

    private func installSocketCallbacks(_ own: UnsafeMutableRawPointer) {
        check(llmgw_curl_set_pointer(raw, CURLOPT_OPENSOCKETDATA, own), CURLOPT_OPENSOCKETDATA)
        check(
            llmgw_curl_set_open_socket(raw) { context, _, address in
                guard let address, let handle = object(context, EasyHandle.self) else { return CURL_SOCKET_BAD }
                return handle.openSocket(UnsafePointer(address))
            }, CURLOPT_OPENSOCKETFUNCTION)
        check(
            llmgw_curl_set_pointer(raw, CURLOPT_CLOSESOCKETDATA, context(sockets)), CURLOPT_CLOSESOCKETDATA)
        check(
            llmgw_curl_set_close_socket(raw) { context, descriptor in
                object(context, CurlSockets.self)?.close(descriptor)
                return 0
            }, CURLOPT_CLOSESOCKETFUNCTION)
    }

    /// Makes the socket for an address that the policy allows.
    private func openSocket(_ address: UnsafePointer<curl_sockaddr>) -> curl_socket_t {
        guard let bytes = EasyHandle.addressBytes(address), policy.allows(bytes) else {
            transfer?.addressWasRefused()
            return CURL_SOCKET_BAD
        }
        let descriptor = socket(
            address.pointee.family, address.pointee.socktype | CInt(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
        guard descriptor >= 0 else { return CURL_SOCKET_BAD }
        sockets.adopt(descriptor)
        transfer?.isOpeningConnection()
        return descriptor
    }

    /// The bare address: 4 bytes of IPv4, 16 of IPv6, nil for other families.
    private static func addressBytes(_ address: UnsafePointer<curl_sockaddr>) -> [UInt8]? {
        guard let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else { return nil }
        let raw = UnsafeRawPointer(address) + offset
        let length = Int(address.pointee.addrlen)
        switch address.pointee.family {
        case AF_INET where length >= MemoryLayout<sockaddr_in>.size:
            return withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in.self).sin_addr) { Array($0) }
        case AF_INET6 where length >= MemoryLayout<sockaddr_in6>.size:
            return withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr) { Array($0) }
        default:
            return nil
        }
    }
}
