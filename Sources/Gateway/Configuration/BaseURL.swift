/// The fixed part of an upstream's URLs: scheme, host, port and path, and nothing else.
package struct BaseURL: Sendable, Hashable {
    package enum Scheme: String, Sendable, CaseIterable { case http, https }

    package var scheme: Scheme
    /// In lower case; an IPv6 address without its brackets.
    package var host: String
    /// Nil: the scheme's own.
    package var port: UInt16?
    /// Empty, or `/v1`: begins with a slash and does not end with one.
    package var path: String
}

extension BaseURL: CustomStringConvertible {
    /// The URL as it is put before `/chat/completions`.
    package var description: String {
        let host = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        return "\(scheme)://\(host)\(port.map { ":\($0)" } ?? "")\(path)"
    }
}
