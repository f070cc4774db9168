import Foundation
import HTTPClient
import HTTPTypes
import NetIO
import Testing

/// `openssl s_server` with a certificate of its own, ended by its process id.
private final class TLSServer {
    let port: Int
    private let own: TestCertificate
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    init(subject: String, arguments: [String]) throws {
        own = try TestCertificate(subject: subject)
        process.executableURL = URL(fileURLWithPath: TestCertificate.openssl)
        process.arguments =
            ["s_server", "-accept", "127.0.0.1:0", "-cert", own.certificate, "-key", own.key] + arguments
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var text = ""
        var found: Int?
        while found == nil {
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { break }
            text += String(decoding: data, as: UTF8.self)
            found = text.split(separator: "\n").first { $0.hasPrefix("ACCEPT ") }
                .flatMap { $0.split(separator: ":").last }.flatMap { Int($0) }
        }
        port = found ?? 0
    }

    var processIdentifier: Int32 { process.processIdentifier }
    var certificate: String { own.certificate }
    var url: String { "https://127.0.0.1:\(port)" }

    func write(_ text: String) { input.fileHandleForWriting.write(Data(text.utf8)) }

    /// Ends the server; returns what it has printed since it listened.
    func finish() -> String {
        if process.isRunning { kill(processIdentifier, SIGKILL) }
        process.waitUntilExit()
        return String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }
}

private func ask(_ url: String, caFile: String?, whileWaiting: @Sendable (Reactor) async -> Void = { _ in })
    async throws -> Answer
{
    try await withClient { client, reactor in
        let transfer = client.start(
            UpstreamRequest(method: .get, url: url + "/", headers: [("authorization", "Bearer secret")]),
            endpoint: UpstreamEndpoint(baseURL: url, caFile: caFile))
        await whileWaiting(reactor)
        return await client.read(transfer)
    }
}

@Suite(.enabled(if: TestCertificate.canBeMade)) struct TLSTests {
    @Test func aCertificateThatNobodyTrustsIsRefusedBeforeTheKeyIsSent() async throws {
        let server = try TLSServer(subject: "IP:127.0.0.1", arguments: [])
        let answer = try await ask(server.url, caFile: nil)
        let printed = server.finish()
        #expect(answer.failure?.requestWasWritten == false)
        #expect(answer.failure?.description.contains("certificate") == true)
        #expect(!printed.contains("secret"))
    }

    @Test func aCertificateForAnotherNameIsRefused() async throws {
        let server = try TLSServer(subject: "DNS:other.example", arguments: [])
        let answer = try await ask(server.url, caFile: server.certificate)
        let printed = server.finish()
        #expect(answer.failure?.requestWasWritten == false)
        #expect(!printed.contains("secret"))
    }

    @Test func aConfiguredCertificateIsTrusted() async throws {
        let server = try TLSServer(subject: "IP:127.0.0.1", arguments: ["-www"])
        let answer = try await ask(server.url, caFile: server.certificate)
        _ = server.finish()
        #expect(answer.status == 200)
        #expect(answer.failure == nil)
    }

    @Test func aConnectionCutWithoutTLSsGoodbyeIsNoCleanEnd() async throws {
        let server = try TLSServer(subject: "IP:127.0.0.1", arguments: [])
        server.write("HTTP/1.1 200 OK\r\n\r\nhello")
        let process = server.processIdentifier
        let answer = try await ask(server.url, caFile: server.certificate) { reactor in
            await reactor.sleep(for: .milliseconds(150))
            kill(process, SIGKILL)
        }
        _ = server.finish()
        #expect(answer.body == "hello")
        guard case .reset? = answer.failure else {
            Issue.record("\(answer)")
            return
        }
    }

    @Test func aCertificateFileThatIsMissingIsAConnectFailure() async throws {
        let answer = try await ask("https://127.0.0.1:1", caFile: "/nonexistent.pem")
        #expect(answer.failure?.requestWasWritten == false)
    }
}
