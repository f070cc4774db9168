import HTTPClient
import HTTPTypes
import NetIO
import Testing

@Suite struct BufferTests {
    @Test func aSlowReaderHoldsTheServerUpAndLosesNothing() async throws {
        let size = 50 << 20
        let server = try ScriptedServer { peer, server in
            peer.request()
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
            let block = (0..<65_536).map { UInt8(truncatingIfNeeded: $0 >> 8) }
            for index in 0..<(size / block.count) {
                guard peer.send(block) else { return }
                if index == 100 { server.note("7 MB") }
            }
            server.note("all")
        }
        defer { server.stop() }
        let (largest, total, notedEarly, wrong) = try await withClient { client, reactor in
            let transfer = client.start(server)
            _ = try await transfer.head()
            await reactor.sleep(for: .milliseconds(100))
            let notedEarly = server.notes.contains("all")
            let arrivedEarly = transfer.bytesReceived
            #expect(arrivedEarly <= 262_144)
            var (largest, total, wrong) = (0, 0, 0)
            while let chunk = try await transfer.next() {
                largest = max(largest, chunk.count)
                for offset in stride(from: 0, to: chunk.count, by: 997) {
                    if chunk[offset] != UInt8(truncatingIfNeeded: ((total + offset) % 65_536) >> 8) { wrong += 1 }
                }
                total += chunk.count
            }
            return (largest, total, notedEarly, wrong)
        }
        #expect(total == size)
        #expect(largest <= 262_144)
        #expect(!notedEarly)
        #expect(wrong == 0)
    }

    @Test(arguments: [(300_000, true), (299_999, false), (0, false)])
    func aWholeAnswerHasALimit(limit: Int, fits: Bool) async throws {
        let server = try ScriptedServer { peer, _ in
            peer.request()
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + String(repeating: "x", count: 300_000))
            peer.awaitClose()
        }
        defer { server.stop() }
        let (count, failure) = try await withClient { client, reactor in
            let transfer = client.start(server, maxBuffered: 1000)
            _ = try await transfer.head()
            await reactor.sleep(for: .milliseconds(20))
            do throws(TransferFailure) {
                return (try await transfer.whole(limit: limit).count, TransferFailure?.none)
            } catch {
                #expect(client.activeTransfers == 0)
                return (0, error)
            }
        }
        #expect(count == (fits ? 300_000 : 0))
        #expect(failure == (fits ? nil : .tooLarge))
    }

    @Test func anEmptyBodyIsWholeAtOnce() async throws {
        let server = try ScriptedServer { peer, _ in
            peer.request()
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        }
        defer { server.stop() }
        let count = try await withClient { client, _ in
            try await client.start(server).whole(limit: 0).count
        }
        #expect(count == 0)
    }
}
