import NetIO

/// The host of a `Host` header, without its port.
struct HostName: Sendable, Hashable {
    /// In lower case; an IPv6 address keeps its brackets.
    let text: String

    init(_ header: String) {
        let lower = header.lowercased()
        if lower.hasPrefix("["), let end = lower.firstIndex(of: "]") {
            text = String(lower[...end])
        } else {
            text = String(lower.prefix { $0 != ":" })
        }
    }

    /// Names of this machine, and those that the configuration adds.
    func isAllowed(_ added: [String]) -> Bool {
        if text == "localhost" || text == "[::1]" { return true }
        if case .ipv4(let host, _) = SocketAddress("\(text):1"), host.hasPrefix("127.") { return true }
        return added.contains { $0.lowercased() == text }
    }
}
