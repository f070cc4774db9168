import Glibc

/// Which addresses an endpoint may be connected to. Asked with every resolved address, at the moment of connecting, so
/// that a name cannot change its mind in between.
package enum AddressPolicy: Equatable, Sendable {
    /// Only addresses that are global: no loopback, link-local (with it the metadata services), private or special ones.
    case global
    case loopback
    case any

    /// - Parameter host: as it stands in the base URL, IPv6 in brackets.
    package init(host: String, allowsPrivate: Bool) {
        if allowsPrivate {
            self = .any
        } else {
            self = AddressPolicy.isLiteralLoopback(host) ? .loopback : .global
        }
    }

    /// Literal addresses, and the one name that never leaves the machine (RFC 6761 §6.3).
    private static func isLiteralLoopback(_ host: String) -> Bool {
        if host == "[::1]" || host == "localhost" { return true }
        var address = in_addr()
        return host.hasPrefix("127.") && inet_pton(AF_INET, host, &address) == 1
    }

    /// - Parameter address: 4 bytes of IPv4 or 16 bytes of IPv6, in the network's order.
    package func allows(_ address: [UInt8]) -> Bool {
        switch (self, address.count) {
        case (.any, 4), (.any, 16): true
        case (.loopback, 4): address[0] == 127
        case (.loopback, 16): address == AddressPolicy.loopback6
        case (.global, 4): AddressPolicy.isGlobal4(address)
        case (.global, 16): AddressPolicy.isGlobal6(address)
        default: false
        }
    }

    private static let loopback6 = [UInt8](repeating: 0, count: 15) + [1]

    /// The special-purpose registry of RFC 6890, as far as nobody offers a model there.
    private static func isGlobal4(_ address: [UInt8]) -> Bool {
        switch (address[0], address[1]) {
        case (0, _), (10, _), (127, _), (224...255, _): false
        case (100, 64...127), (169, 254), (172, 16...31), (192, 168), (198, 18...19): false
        case (192, 0): address[2] != 0
        default: true
        }
    }

    private static func isGlobal6(_ address: [UInt8]) -> Bool {
        if let embedded = embedded4(address) { return isGlobal4(embedded) }
        // 2000::/3 is all that is given out: loopback, link-local, unique local and multicast are outside.
        return address[0] & 0xE0 == 0x20
    }

    /// The IPv4 address that is really meant: mapped (::ffff/96), translated (64:ff9b::/96), 6to4 (2002::/16).
    private static func embedded4(_ address: [UInt8]) -> [UInt8]? {
        let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
        let translated: [UInt8] = [0, 0x64, 0xFF, 0x9B] + [UInt8](repeating: 0, count: 8)
        let prefix = Array(address[..<12])
        if prefix == mapped || prefix == translated { return Array(address[12...]) }
        return address.starts(with: [0x20, 0x02]) ? Array(address[2..<6]) : nil
    }
}
