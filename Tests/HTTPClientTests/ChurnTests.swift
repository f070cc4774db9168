import HTTPClient
import HTTPTypes
import NetIO
import Testing

/// The same sequence in every run.
private struct Dice {
    var state: UInt64

    mutating func roll(_ sides: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(sides))
    }
}

private final class Tally {
    var ended = 0
    var clean = 0
}

@Suite struct ChurnTests {
    /// A server with many faults, readers that leave at any moment: every transfer ends, and no answer is mixed up.
    @Test func everyTransferEndsWhateverServerAndReaderDo() async throws {
        let server = try ScriptedServer { peer, _ in
            while let request = peer.request() {
                let number = request.suffix(3)
                switch Int(number).map({ $0 % 7 }) {
                case 0: peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n\(number)\r\n0\r\n\r\n")
                case 1: return
                case 2: return peer.reset()
                case 3:
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n\(number)")
                    return peer.sleep(milliseconds: 2)
                case 4:
                    for byte in "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\(number)".utf8 { peer.send([byte]) }
                case 5: return peer.awaitClose()
                default: peer.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\(number)")
                }
            }
        }
        defer { server.stop() }
        let timeouts = UpstreamTimeouts(firstByte: .milliseconds(300))
        let (ended, clean, active) = try await withClient { client, reactor in
            let tally = Tally()
            for lane in 0..<10 {
                reactor.spawn {
                    var dice = Dice(state: UInt64(lane))
                    for index in 0..<40 {
                        let number = String(100 + (lane * 40 + index) % 900)
                        let transfer = client.start(server, body: number, timeouts: timeouts, maxBuffered: 2)
                        if dice.roll(3) == 0 || Int(number).map({ $0 % 7 }) == 5 {
                            reactor.schedule(after: .milliseconds(dice.roll(4))) { transfer.cancel() }
                        }
                        let answer = await client.read(transfer)
                        if answer.failure == nil, answer.body == number { tally.clean += 1 }
                        if answer.failure == nil, answer.body != number { Issue.record("\(answer) for \(number)") }
                        tally.ended += 1
                    }
                }
            }
            while tally.ended < 400 { await reactor.sleep(for: .milliseconds(5)) }
            return (tally.ended, tally.clean, client.activeTransfers)
        }
        #expect(ended == 400)
        #expect(clean > 50)
        #expect(active == 0)
    }
}
