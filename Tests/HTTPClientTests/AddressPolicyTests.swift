import Glibc
import HTTPClient
import Testing

private func bytes(_ text: String) -> [UInt8] {
    var (four, six) = (in_addr(), in6_addr())
    if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
    if inet_pton(AF_INET6, text, &six) == 1 { return withUnsafeBytes(of: six) { Array($0) } }
    return []
}

@Suite struct AddressPolicyTests {
    @Test(arguments: [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.9.9.9", "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255", "192.0.0.8", "192.168.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "::", "::1",
        "fe80::1", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::169.254.169.254", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::", "::127.0.0.1",
    ])
    func whatIsNotGlobalIsRefused(address: String) {
        #expect(!bytes(address).isEmpty)
        #expect(!AddressPolicy(host: "api.example", allowsPrivate: false).allows(bytes(address)))
        #expect(AddressPolicy(host: "api.example", allowsPrivate: true).allows(bytes(address)))
    }

    @Test(arguments: [
        "1.1.1.1", "100.63.0.1", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.0.66.1", "192.167.1.1",
        "223.255.255.255",
        "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1", "2002:101:101::",
    ])
    func whatIsGlobalIsAllowed(address: String) {
        #expect(AddressPolicy(host: "api.example", allowsPrivate: false).allows(bytes(address)))
    }

    @Test(arguments: ["127.0.0.1", "127.8.8.8", "[::1]", "localhost"])
    func aLiteralLoopbackHostMayBeOnLoopbackAndNowhereElse(host: String) {
        let policy = AddressPolicy(host: host, allowsPrivate: false)
        #expect(policy == .loopback)
        #expect(policy.allows(bytes("127.0.0.1")) && policy.allows(bytes("::1")))
        #expect(!policy.allows(bytes("10.0.0.1")) && !policy.allows(bytes("1.1.1.1")))
    }

    @Test(arguments: [
        "127.0.0.1.example", "127.1", "10.0.0.1", "localhost.example", "foo.localhost", "[::2]", "2130706433",
    ])
    func whatOnlyLooksLikeLoopbackIsNot(host: String) {
        #expect(AddressPolicy(host: host, allowsPrivate: false) == .global)
    }

    @Test func otherLengthsAreRefused() {
        #expect(!AddressPolicy.any.allows([]))
        #expect(!AddressPolicy.any.allows([1, 2, 3]))
    }
}
