import Foundation

/// A certificate that signs itself, with its key, in a folder that goes away with it.
final class TestCertificate: Sendable {
    static let openssl = "/usr/bin/openssl"
    static let canBeMade = FileManager.default.isExecutableFile(atPath: openssl)

    let folder: URL
    let certificate: String
    let key: String

    /// - Parameter subject: `IP:127.0.0.1` or `DNS:name`.
    init(subject: String) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("llmgw-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        certificate = folder.appendingPathComponent("c.pem").path
        key = folder.appendingPathComponent("k.pem").path
        let make = Process()
        make.executableURL = URL(fileURLWithPath: TestCertificate.openssl)
        make.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=test", "-addext", "subjectAltName=\(subject)", "-keyout", key, "-out", certificate,
        ]
        make.standardError = FileHandle.nullDevice
        try make.run()
        make.waitUntilExit()
    }

    deinit { try? FileManager.default.removeItem(at: folder) }
}
