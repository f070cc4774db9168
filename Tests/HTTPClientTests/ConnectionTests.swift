import Glibc
import HTTPClient
import HTTPTypes
import NetIO
import Testing

private let small = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

@Suite struct ConnectionTests {
    @Test func oneConnectionCarriesManyRequestsInTurn() async throws {
        let server = try ScriptedServer { peer, _ in
            while peer.request() != nil { peer.send(small) }
        }
        defer { server.stop() }
        let reused = try await withClient { client, _ in
            var reused: [Bool?] = []
            for _ in 0..<20 { reused.append(await client.answer(server).reused) }
            return reused
        }
        #expect(reused == [false] + Array(repeating: true, count: 19))
        #expect(server.connections == 1)
    }

    @Test func aConnectionThatItsPeerClosedIsReplacedWithoutAFailure() async throws {
        let server = try ScriptedServer { peer, _ in
            if peer.request() != nil { peer.send(small) }
        }
        defer { server.stop() }
        let answers = try await withClient { client, reactor in
            var answers: [Answer] = []
            for _ in 0..<5 {
                answers.append(await client.answer(server))
                await reactor.sleep(for: .milliseconds(5))  // the close arrives while nobody waits
            }
            return answers
        }
        #expect(answers.allSatisfy { $0.body == "ok" && $0.failure == nil && $0.reused == false })
        #expect(server.connections == 5)
    }

    @Test func aRequestThatDiedWithItsKeptConnectionIsNotSentAgain() async throws {
        let server = try ScriptedServer { peer, server in
            while let request = peer.request() {
                server.note(request)
                guard server.notes.count == 1 else { return peer.reset() }
                peer.send(small)
            }
        }
        defer { server.stop() }
        let answers = try await withClient { client, _ in
            [await client.answer(server), await client.answer(server)]
        }
        #expect(answers[0].body == "ok" && answers[1].reused == true)
        #expect(answers[1].failure == .reset("the kept connection broke with the request on it"))
        #expect(server.notes.count == 2)
    }

    @Test func bytesAfterTheAnswerDoNotReachTheNextOne() async throws {
        let server = try ScriptedServer { peer, _ in
            while peer.request() != nil { peer.send(small + "HTTP/1.1 500 Evil\r\nContent-Length: 4\r\n\r\nevil") }
        }
        defer { server.stop() }
        let statuses = try await withClient { client, reactor in
            var statuses: [Int] = []
            for _ in 0..<4 {
                statuses.append(await client.answer(server).status)
                await reactor.sleep(for: .milliseconds(3))
            }
            return statuses
        }
        #expect(statuses == [200, 200, 200, 200])
    }

    @Test func manyAtOnceAreAllAnswered() async throws {
        let server = try ScriptedServer { peer, _ in
            while let request = peer.request() {
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\(request.suffix(4))")
            }
        }
        defer { server.stop() }
        let right = try await withClient { client, _ in
            let transfers = (1000..<1100).map { client.start(server, body: "\($0)") }
            var right = 0
            for (index, transfer) in transfers.enumerated() {
                let answer = await client.read(transfer)
                if answer.body == "\(1000 + index)" { right += 1 }
            }
            #expect(client.activeTransfers == 0)
            return right
        }
        #expect(right == 100)
    }

    @Test func requestsAboveTheConnectionLimitWaitTheirTurn() async throws {
        let server = try ScriptedServer { peer, _ in
            while peer.request() != nil {
                peer.sleep(milliseconds: 2)
                peer.send(small)
            }
        }
        defer { server.stop() }
        let endpoint = UpstreamEndpoint(baseURL: server.url, maxConnections: 2)
        let answered = try await withClient { client, _ in
            let transfers = (0..<10).map { _ in
                client.start(UpstreamRequest(url: server.url, headers: []), endpoint: endpoint)
            }
            transfers[9].cancel()
            var answered = 0
            for transfer in transfers where await client.read(transfer).body == "ok" { answered += 1 }
            return answered
        }
        #expect(answered == 9)
        #expect(server.connections == 2)
    }

    @Test func thousandsThatWaitAndThenFailAtOnceDoNotNest() async throws {
        let server = try ScriptedServer { peer, _ in
            while peer.request() != nil { peer.send(small) }
        }
        defer { server.stop() }
        let endpoint = UpstreamEndpoint(baseURL: server.url, maxConnections: 1)
        let failed = try await withClient { client, _ in
            let first = client.start(UpstreamRequest(url: server.url, headers: []), endpoint: endpoint)
            let bad = (0..<5000).map { _ in
                client.start(UpstreamRequest(url: server.url, headers: [("no token", "x")]), endpoint: endpoint)
            }
            #expect(await client.read(first).body == "ok")
            var failed = 0
            for transfer in bad {
                let failure = await client.read(transfer).failure
                if failure == .connect("a header's name is no token") { failed += 1 }
            }
            return failed
        }
        #expect(failed == 5000)
    }

    @Test func aKeyIsSeenByItsOwnProviderAlone() async throws {
        let script: @Sendable (ScriptedServer.Peer, ScriptedServer) -> Void = { peer, server in
            while let request = peer.request() {
                server.note(
                    request.split(separator: "\r\n").first { $0.hasPrefix("authorization") }.map(String.init) ?? "")
                peer.send(small)
            }
        }
        let servers = [try ScriptedServer(script), try ScriptedServer(script)]
        defer { for server in servers { server.stop() } }
        try await withClient { client, _ in
            for round in 0..<100 {
                let transfers = (0..<6).map { index in
                    let number = (round + index) % 3 == 0 ? 0 : 1
                    return client.start(
                        UpstreamRequest(url: servers[number].url, headers: [("authorization", "key \(number)")]),
                        endpoint: UpstreamEndpoint(baseURL: servers[number].url))
                }
                for transfer in transfers { _ = await client.read(transfer) }
            }
        }
        #expect(servers[0].notes == Array(repeating: "authorization: key 0", count: 200))
        #expect(servers[1].notes == Array(repeating: "authorization: key 1", count: 400))
    }

    @Test func nobodyListeningIsCertainlyNotWritten() async throws {
        let server = try ScriptedServer { _, _ in }
        server.stop()
        let answer = try await withClient { client, reactor in
            await reactor.sleep(for: .milliseconds(5))
            return await client.answer(server)
        }
        guard case .connect(let reason)? = answer.failure else {
            Issue.record("\(answer)")
            return
        }
        #expect(reason.contains("refused") || reason.contains("connect"))
        #expect(!answer.written)
    }

    @Test func aResetBeforeTheHeadCountsAsWritten() async throws {
        let answer = try await answer { peer, _ in
            peer.request()
            peer.reset()
        }
        guard case .reset? = answer.failure else {
            Issue.record("\(answer)")
            return
        }
        #expect(answer.failure?.requestWasWritten == true)
        #expect(answer.written)
    }

    @Test func aResetInTheBodyGivesWhatCameAndThenFails() async throws {
        let answer = try await answer { peer, _ in
            peer.request()
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
            peer.sleep(milliseconds: 20)
            peer.reset()
        }
        guard case .reset? = answer.failure else {
            Issue.record("\(answer)")
            return
        }
        #expect(answer.body == "hello")
    }

    @Test func aReusedConnectionThatResetsAgainAndAgainCountsAsWritten() async throws {
        let server = try ScriptedServer { peer, _ in
            if peer.number == 0 {
                peer.request()
                peer.send(small)
            }
            peer.request()
            peer.reset()
        }
        defer { server.stop() }
        let answers = try await withClient { client, _ in
            [await client.answer(server), await client.answer(server)]
        }
        #expect(answers[0].body == "ok")
        #expect(answers[1].failure?.requestWasWritten == true)
        #expect(answers[1].written)
    }

    @Test func aRequestOfTenMebibytesArrivesWhole() async throws {
        let server = try ScriptedServer { peer, server in
            server.note(String(peer.request()?.utf8.count ?? 0 > 10_485_760))
            peer.send(small)
        }
        defer { server.stop() }
        let answer = try await withClient { client, _ in
            await client.answer(server, body: String(repeating: "x", count: 10_485_760))
        }
        #expect(answer.body == "ok")
        #expect(server.notes == ["true"])
    }

    @Test func closingTheClientCancelsWhatIsUnderWay() async throws {
        let server = try ScriptedServer { peer, _ in
            peer.request()
            peer.awaitClose()
        }
        defer { server.stop() }
        let failures = try await withClient { client, reactor in
            let transfer = client.start(server)
            await reactor.sleep(for: .milliseconds(5))
            client.close()
            return [await client.read(transfer).failure, await client.answer(server).failure]
        }
        #expect(failures[0] == .cancelled)
        #expect(failures[1]?.requestWasWritten == false)
    }
}
