import Glibc
import HTTPServer
import HTTPTypes
import NetIO
import Testing

@Suite(.serialized) struct ListenerTests {
    private static let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test func aGracefulStopFinishesWhatIsAtWorkAndEndsWhatIsIdle() async throws {
        let (texts, reset, counts) = try await onLoop { reactor in
            let handler = TestHandler { exchange in
                await reactor.sleep(for: .milliseconds(40))
                await echo(exchange)
            }
            let listener = try listen(handler, reactor)
            let idle = try TestClient(listener, reactor)
            let busy = try TestClient(listener, reactor)
            busy.send(ListenerTests.get)
            let working = await eventually(reactor) { listener.activeExchanges == 1 }
            let late = try TestClient(listener, reactor)  // still in the queue of the kernel
            late.send(ListenerTests.get)
            listener.stopAccepting()
            let counts = [working ? 1 : 0, listener.connectionCount, listener.address == nil ? 1 : 0]
            let texts = [await idle.readToEnd(), await busy.readToEnd().undated, await late.readToEnd().undated]
            return (texts, [idle.wasReset, busy.wasReset, late.wasReset], counts + [listener.connectionCount])
        }
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n/ "
        #expect(texts == ["", answer, answer])
        #expect(reset == [false, false, false])
        #expect(counts[0] == 1 && counts[1] == 2 && counts[2] == 1)
    }

    @Test func aHandlerRunsOnTheLoopsThread() async throws {
        let isSame = try await onLoop { reactor in
            let own = UInt(pthread_self())
            var isSame = false
            let handler = TestHandler { exchange in
                isSame = UInt(pthread_self()) == own
                await echo(exchange)
            }
            let client = try TestClient(listen(handler, reactor), reactor)
            client.send(ListenerTests.get)
            await client.read(until: "/ ")
            return isSame
        }
        #expect(isSame)
    }

    @Test func closeAllTellsHandlersThatTheirClientHasGone() async throws {
        let (isGone, wasReset, left) = try await onLoop { reactor in
            var seen = false
            let handler = TestHandler { exchange in
                _ = await eventually(reactor) { exchange.isClientGone }
                seen = exchange.isClientGone
            }
            let listener = try listen(handler, reactor)
            let client = try TestClient(listener, reactor)
            client.send(ListenerTests.get)
            _ = await eventually(reactor) { listener.activeExchanges == 1 }
            listener.closeAll()
            _ = await client.readToEnd()
            _ = await eventually(reactor) { listener.activeExchanges == 0 }
            return (seen, client.wasReset, listener.connectionCount)
        }
        #expect(isGone)
        #expect(wasReset == true)
        #expect(left == 0)
    }

    private static func limits(connections: Int) -> HTTPServerLimits {
        var limits = HTTPServerLimits()
        limits.maxConnections = connections
        return limits
    }

    @Test func oneConnectionTooManyIsToldSoWhenAllAreAtWork() async throws {
        let (text, first) = try await onLoop { reactor in
            var isOpen = false
            let handler = TestHandler { exchange in
                _ = await eventually(reactor) { isOpen }
                exchange.respond(status: 200, fields: HTTPFields(), body: Array("done".utf8))
            }
            let listener = try listen(handler, reactor, limits: ListenerTests.limits(connections: 1))
            let first = try TestClient(listener, reactor)
            first.send(ListenerTests.get)
            _ = await eventually(reactor) { listener.activeExchanges == 1 }
            let second = try TestClient(listener, reactor)
            second.send(ListenerTests.get)
            let text = await second.readToEnd()
            isOpen = true
            return (text, await first.read(until: "done"))
        }
        #expect(text.hasPrefix("HTTP/1.1 503 "))
        #expect(first.hasPrefix("HTTP/1.1 200 "))
    }

    @Test func theLongestIdleMakesRoomForTheNext() async throws {
        let (ended, answers) = try await onLoop { reactor in
            let listener = try listen(TestHandler(echo), reactor, limits: ListenerTests.limits(connections: 3))
            var clients: [TestClient] = []
            for _ in 0..<3 {
                let client = try TestClient(listener, reactor)
                client.send(ListenerTests.get)
                _ = await client.read(until: "/ ")
                clients.append(client)
                await reactor.sleep(for: .milliseconds(2))
            }
            clients[0].send("GET /again HTTP/1.1\r\nHost: x\r\n\r\n")  // now the second has been idle the longest
            _ = await clients[0].read(until: "/again ")
            let next = try TestClient(listener, reactor)
            next.send(ListenerTests.get)
            var answers = [await next.read(until: "/ ")]
            _ = await clients[1].readToEnd()
            for client in [clients[0], clients[2]] {
                client.send("GET /last HTTP/1.1\r\nHost: x\r\n\r\n")
                answers.append(await client.read(until: "/last "))
            }
            return (clients.map(\.wasReset), answers)
        }
        #expect(ended == [nil, false, nil])
        #expect(answers[0].hasPrefix("HTTP/1.1 200 ") && answers.dropFirst().allSatisfy { $0.hasSuffix("/last ") })
    }

    @Test func listenersWithOneRoomShareItsLimit() async throws {
        let (ended, answer, count) = try await onLoop { reactor in
            let room = ConnectionRoom(limit: 2, reactor: reactor)
            let one = try listen(TestHandler(echo), reactor, room: room)
            let other = try listen(TestHandler(echo), reactor, room: room)
            let clients = [try TestClient(one, reactor), try TestClient(one, reactor)]
            _ = await eventually(reactor) { one.connectionCount == 2 }
            let third = try TestClient(other, reactor)
            third.send(ListenerTests.get)
            let answer = await third.read(until: "/ ")
            let ended = await clients[0].readToEnd()
            return (ended, answer, one.connectionCount + other.connectionCount)
        }
        #expect(ended.isEmpty && answer.hasPrefix("HTTP/1.1 200 "))
        #expect(count == 2)
    }

    @Test func whoSendsAHeadForeverMakesRoomToo() async throws {
        let answer = try await onLoop { reactor in
            let listener = try listen(TestHandler(echo), reactor, limits: ListenerTests.limits(connections: 1))
            let slow = try TestClient(listener, reactor)
            slow.send("GET / HT")
            await reactor.sleep(for: .milliseconds(1_100))
            let next = try TestClient(listener, reactor)
            next.send(ListenerTests.get)
            return await next.read(until: "/ ")
        }
        #expect(answer.hasPrefix("HTTP/1.1 200 "))
    }

    @Test func bodiesTogetherAreBounded() async throws {
        let (held, refused, after) = try await onLoop { reactor in
            var limits = HTTPServerLimits()
            limits.maxBodiesTotal = 1000
            let listener = try listen(TestHandler(echo), reactor, limits: limits)
            let holder = try TestClient(listener, reactor)
            holder.send(
                "POST /h HTTP/1.1\r\nHost: x\r\nContent-Length: 901\r\n\r\n" + String(repeating: "x", count: 900))
            await reactor.sleep(for: .milliseconds(5))
            let wire = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200\r\n\r\n" + String(repeating: "y", count: 200)
            let other = try TestClient(listener, reactor)
            other.send(wire)
            let refused = await other.readToEnd()
            holder.send("x")
            let held = await holder.read(until: "x")
            let third = try TestClient(listener, reactor)
            third.send(wire)
            return (held, refused, await third.read(until: "y"))
        }
        #expect(refused.hasPrefix("HTTP/1.1 503 "))
        #expect(held.hasPrefix("HTTP/1.1 200 "))
        #expect(after.hasPrefix("HTTP/1.1 200 "))
    }

    @Test func twoThousandIdleConnectionsHoldLittleMemoryAndAllStillWork() async throws {
        let (answered, grown, left) = try await onLoop { reactor in
            var limits = HTTPServerLimits()
            limits.idleTimeout = .seconds(2)
            let listener = try listen(TestHandler(echo), reactor, limits: limits)
            let before = residentBytes()
            var clients: [TestClient] = []
            for _ in 0..<2000 {
                let client = try TestClient(listener, reactor)
                client.send(ListenerTests.get)
                clients.append(client)
                if clients.count % 200 == 0 { await reactor.sleep(for: .milliseconds(2)) }
            }
            _ = await eventually(reactor) { listener.connectionCount == 2000 }
            await reactor.sleep(for: .milliseconds(20))
            var answered = 0
            for client in clients where await client.read(until: "/ ").hasSuffix("/ ") { answered += 1 }
            let grown = residentBytes() - before
            clients = []
            _ = await eventually(reactor) { listener.connectionCount == 0 }
            return (answered, grown, listener.connectionCount)
        }
        #expect(answered == 2000)
        #expect(grown < 24 << 20)  // clients included; the server's share is about 2 KiB each
        #expect(left == 0)
    }
}

/// The process's memory, from `/proc/self/statm`.
private func residentBytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, 128, file) != nil else { return 0 }
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return (Int(text.split(separator: " ")[1]) ?? 0) * 4096
}
