import YAML

extension ListenAddress {
    /// An address that is not understood: what is wrong with it and what would be right.
    package struct Malformed: Error, CustomStringConvertible {
        package var description: String
    }

    /// Reads `127.0.0.1:8080`, `[::1]:8080` or `unix:/path`.
    package init(_ text: String) throws(Malformed) {
        if text.hasPrefix("unix:") {
            self = try ListenAddress.unix(text.dropFirst(5))
            return
        }
        guard let colon = text.lastIndex(of: ":") else { throw Malformed("has no port; write 127.0.0.1:8080") }
        let digits = text[text.index(after: colon)...]
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy(ASCII.isDigit), let port = UInt16(digits)
        else {
            throw Malformed("has no port from 0 to 65535 after its last colon")
        }
        self = .tcp(host: try ListenAddress.host(text[..<colon]), port: port)
    }

    private static func host(_ text: Substring) throws(Malformed) -> String {
        let isBracketed = text.hasPrefix("[") && text.hasSuffix("]") && text.utf8.count > 2
        let host = String(isBracketed ? text.dropFirst().dropLast() : text)
        guard let address = IPAddress(host) else {
            let remedy =
                host.isEmpty || host == "*" ? "; for every address write 0.0.0.0 or [::]" : ", such as 127.0.0.1"
            throw Malformed("must begin with a literal IP address\(remedy)")
        }
        guard isBracketed == (address.bytes.count == 16) else {
            throw Malformed("an IPv6 address stands in brackets, an IPv4 address does not: [::1]:8080, 127.0.0.1:8080")
        }
        return host
    }

    /// The kernel's `sun_path` has 108 bytes, the last of them a NUL.
    private static func unix(_ path: Substring) throws(Malformed) -> ListenAddress {
        guard (1...107).contains(path.utf8.count), !path.utf8.contains(0) else {
            throw Malformed("the path of a Unix socket has 1 to 107 bytes")
        }
        return .unix(path: String(path))
    }

    /// One address or a list of them; each once.
    static func list(_ value: ConfigurationValue, in context: ReadingContext) -> [ListenAddress] {
        var values = [value]
        if case .sequence = value.node.value { values = context.elements(value, of: "addresses") }
        var addresses: [ListenAddress] = []
        for value in values {
            guard let text = context.string(value) else { continue }
            do throws(Malformed) {
                var address = try ListenAddress(text)
                if case .unix(let path) = address { address = .unix(path: Paths.resolve(path, in: context.folder)) }
                if addresses.contains(address) {
                    context.error(value, "is named twice; once is enough")
                } else {
                    addresses.append(address)
                }
            } catch {
                context.error(value, "\(error)")
            }
        }
        if values.isEmpty { context.error(value, "is empty; name an address, such as 127.0.0.1:8080") }
        return addresses
    }
}

extension ListenAddress.Malformed {
    fileprivate init(_ description: String) {
        self.description = description
    }
}
