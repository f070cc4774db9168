extension BaseURL {
    /// A URL that is not accepted. The message never quotes it: it may hold a password.
    struct Malformed: Error, CustomStringConvertible {
        var description: String

        fileprivate init(_ description: String) {
            self.description = description
        }
    }

    /// Reads `https://host:port/path`, and nothing that two readers could understand differently (RFC 3986 §3).
    init(_ text: String) throws(Malformed) {
        guard ASCII.isVisible(text), text.utf8.count <= 2_048 else {
            throw Malformed("holds blanks, control or non-ASCII characters; write it as https://host/path")
        }
        guard let scheme = Scheme.allCases.first(where: { text.lowercased().hasPrefix("\($0)://") }) else {
            throw Malformed("must begin with https:// (or http://)")
        }
        let rest = text.dropFirst(scheme.rawValue.utf8.count + 3)
        if rest.contains("#") { throw Malformed("has a fragment ('#…'); leave it out") }
        if rest.contains("?") { throw Malformed("has a query ('?…'); leave it out") }
        let authority = rest.prefix { $0 != "/" }
        if authority.contains("@") { throw Malformed("holds a user name or password; use api_key or headers") }
        (host, port) = try BaseURL.hostAndPort(authority)
        self.scheme = scheme
        path = try BaseURL.path(rest.dropFirst(authority.count))
    }

    private static func hostAndPort(_ authority: Substring) throws(Malformed) -> (String, UInt16?) {
        let isBracketed = authority.hasPrefix("[")
        let end =
            isBracketed ? authority.firstIndex(of: "]").map(authority.index(after:)) : authority.firstIndex(of: ":")
        let host = authority[..<(end ?? authority.endIndex)]
        let port = authority[host.endIndex...]
        if isBracketed {
            let literal = String(host.dropFirst().dropLast()).lowercased()
            guard host.hasSuffix("]"), IPAddress(literal)?.bytes.count == 16 else {
                throw Malformed("has no IPv6 address in its brackets")
            }
            return (literal, try self.port(port))
        }
        return (try name(host), try self.port(port))
    }

    private static func name(_ host: Substring) throws(Malformed) -> String {
        guard (1...253).contains(host.utf8.count), ASCII.consists(host, of: ".-_") else {
            throw Malformed("has no host name of letters, digits, '.', '-' and '_' behind its scheme")
        }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 63 }) else {
            throw Malformed("has an empty or overlong label in its host name")
        }
        // `127.1`, `0x7f.1` and `2130706433` are addresses to some readers and names to others.
        let last = labels.last ?? ""
        let looksNumeric = last.utf8.allSatisfy(ASCII.isDigit) || last.lowercased().hasPrefix("0x")
        guard !looksNumeric || IPAddress(String(host)) != nil else {
            throw Malformed("has a host that looks like an address but is none; write four decimal numbers")
        }
        return host.lowercased()
    }

    private static func port(_ text: Substring) throws(Malformed) -> UInt16? {
        if text.isEmpty { return nil }
        let digits = text.dropFirst()
        guard text.hasPrefix(":"), digits.utf8.allSatisfy(ASCII.isDigit), let port = UInt16(digits), port > 0 else {
            throw Malformed("has no port from 1 to 65535 behind its host")
        }
        return port
    }

    private static func path(_ text: Substring) throws(Malformed) -> String {
        var path = text
        while path.hasSuffix("/") { path.removeLast() }
        guard ASCII.consists(path, of: "/-._~:@!$&'()*+,;=%") else {
            throw Malformed("has a path with characters that a URL must escape")
        }
        guard !path.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }) else {
            throw Malformed("has '.' or '..' in its path; write the path that is meant")
        }
        return String(path)
    }
}

extension BaseURL {
    /// Why the URL needs `private: true`, or nil when it does not.
    var reasonToBePrivate: String? {
        let address = IPAddress(host)
        if address?.isLoopback == true { return nil }
        if scheme == .http { return "is plain http to another machine" }
        if address?.isPrivate == true { return "is an address of a private network" }
        return host == "localhost" || host.hasSuffix(".localhost") ? "is a name for this machine" : nil
    }
}

extension ReadingContext {
    /// A URL that the gateway calls; a private address, or http beyond this machine, must be meant.
    func baseURL(_ value: ConfigurationValue, isPrivate: Bool) -> BaseURL? {
        guard let text = string(value) else { return nil }
        do throws(BaseURL.Malformed) {
            let url = try BaseURL(text)
            if let reason = url.reasonToBePrivate, !isPrivate {
                error(value, "\(reason); if that is meant, add 'private: true' (127.0.0.1 needs none)")
            }
            return url
        } catch let reason {
            error(value, "\(reason)")
            return nil
        }
    }
}
