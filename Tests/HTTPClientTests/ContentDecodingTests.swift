import HTTPClient
import HTTPTypes
import Testing

/// A text in the codings of HTTP.
private let text = #"{"hello": "hello, hello, hello"}"#
private let gzip: [UInt8] = [
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 202, 72, 205, 201, 201, 87, 178, 82, 128, 48, 116, 20, 144, 41, 165, 90,
    0, 35, 66, 117, 213, 32, 0, 0, 0,
]
private let zlib: [UInt8] = [
    120, 156, 171, 86, 202, 72, 205, 201, 201, 87, 178, 82, 128, 48, 116, 20, 144, 41, 165, 90, 0, 174, 197, 10, 195,
]
private let raw: [UInt8] = [171, 86, 202, 72, 205, 201, 201, 87, 178, 82, 128, 48, 116, 20, 144, 41, 165, 90, 0]

@Suite struct ContentDecodingTests {
    /// Sends `body` whole, or byte by byte.
    private func answer(
        _ coding: String?, _ body: [UInt8], status: Int = 200, limit: Int? = nil, byByte: Bool = false
    ) async throws -> Answer {
        let head = "HTTP/1.1 \(status) X\r\n" + (coding.map { "Content-Encoding: \($0)\r\n" } ?? "")
        let server = try ScriptedServer { peer, _ in
            peer.request()
            peer.send("\(head)Content-Length: \(body.count)\r\n\r\n")
            if byByte { for byte in body { peer.send([byte]) } } else { peer.send(body) }
        }
        defer { server.stop() }
        return try await withClient { client, _ in
            let request = UpstreamRequest(url: server.url + "/", headers: [], body: [])
            let transfer = client.start(request, endpoint: UpstreamEndpoint(baseURL: server.url))
            guard let limit else { return await client.read(transfer) }
            var answer = Answer()
            do throws(TransferFailure) {
                answer.status = try await transfer.head().status
                answer.body = String(decoding: try await transfer.whole(limit: limit), as: UTF8.self)
            } catch {
                answer.failure = error
            }
            return answer
        }
    }

    @Test(
        arguments: [
            ("gzip", gzip), ("x-gzip", gzip), ("GZIP", gzip), (nil, gzip), ("utf-8", gzip), ("deflate", zlib),
            ("deflate", raw),
            ("deflate", Array(text.utf8)), ("gzip", Array(text.utf8)), ("none", Array(text.utf8)),
            ("br", Array(text.utf8)),
        ] as [(String?, [UInt8])])
    func theBytesDecideAndNotTheHead(coding: String?, body: [UInt8]) async throws {
        for byByte in [false, true] {
            let answer = try await answer(coding, body, byByte: byByte)
            #expect(answer.body == text && answer.failure == nil)
        }
    }

    @Test func membersThatFollowEachOtherAreOneBody() async throws {
        #expect(try await answer("gzip", gzip + gzip).body == text + text)
    }

    @Test func aBodyThatBreaksOffIsNotWhole() async throws {
        let broken = try await answer("gzip", Array(gzip.dropLast(9)))
        guard case .reset? = broken.failure else {
            Issue.record("\(broken)")
            return
        }
        let faulty = try await answer("gzip", Array(gzip.prefix(10)) + [255, 255, 255, 255])
        guard case .malformed? = faulty.failure else {
            Issue.record("\(faulty)")
            return
        }
    }

    /// What is wrong with the words of a refusal does not make it another failure.
    @Test func aRefusalStaysOne() async throws {
        for body in [Array(gzip.dropLast(9)), Array(gzip.prefix(10)) + [255, 255, 255, 255]] {
            let answer = try await answer("gzip", body, status: 429)
            #expect(answer.status == 429 && answer.failure == nil)
        }
    }

    /// 1051 bytes that become a mebibyte.
    @Test func theLimitIsOfWhatTheBodyBecomes() async throws {
        let head: [UInt8] = [
            31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 237, 193, 49, 1, 0, 0, 0, 194, 160, 245, 79, 109, 8, 95, 160,
        ]
        let small = head + [UInt8](repeating: 0, count: 1016) + [62, 3, 28, 234, 56, 167, 0, 0, 16, 0]
        #expect(try await answer("gzip", small, limit: 1 << 20).body.utf8.count == 1 << 20)
        #expect(try await answer("gzip", small, limit: 1 << 19).failure == .tooLarge)
    }
}
