import Admin
import CivilTime
import Gateway
import HTTPTypes
import JSON
import Ledger
import Testing

@Suite struct AdminHandlerTests {
    private func with(
        _ fixture: Fixture, _ body: (Fixture) async throws -> Void
    ) async throws {
        do {
            try await body(fixture)
        } catch {
            await fixture.close()
            throw error
        }
        await fixture.close()
    }

    @Test func aKeyIsMadeShownOnceListedWithoutItsSecretAndRevoked() async throws {
        try await with(Fixture()) { fixture in
            let made = try await fixture.ask(.post, "/admin/v1/keys", #"{"application": "demo", "name": "web"}"#)
            #expect(made.status == 201)
            let secret = made.json["key"]?.stringValue ?? ""
            #expect(secret.hasPrefix("llmgw-") && secret.count >= 40)
            let id = made.json["id"]?.stringValue ?? ""
            #expect(fixture.gateway.keys.record(of: Array(secret.utf8)[...], at: Clock.utcMilliseconds())?.id == id)

            let list = try await fixture.ask(.get, "/admin/v1/keys")
            #expect(list.json["keys"]?.arrayValue?.count == 1)
            #expect(!list.text.contains(secret.dropFirst(6)))

            #expect(await fixture.status(.delete, "/admin/v1/keys/\(id)") == 200)
            #expect(fixture.gateway.keys.record(of: Array(secret.utf8)[...], at: Clock.utcMilliseconds()) == nil)
            #expect(await fixture.status(.delete, "/admin/v1/keys/key_none") == 404)
        }
    }

    @Test func aRotatedKeyAndItsSuccessorAreBothValidForTheOverlap() async throws {
        try await with(Fixture()) { fixture in
            let old = try await fixture.ask(.post, "/admin/v1/keys", #"{"application": "demo"}"#).json
            let id = old["id"]?.stringValue ?? ""
            let new = try await fixture.ask(.post, "/admin/v1/keys/\(id)/rotate", #"{"overlap_ms": 60000}"#).json
            #expect(new["replaces"]?.stringValue == id)
            let now = Clock.utcMilliseconds()
            let isValid = { (key: JSONValue, moment: Int64) in
                fixture.gateway.keys.record(of: Array((key["key"]?.stringValue ?? "").utf8)[...], at: moment) != nil
            }
            #expect(isValid(old, now) && isValid(new, now))
            #expect(!isValid(old, now + 61_000) && isValid(new, now + 61_000))
        }
    }

    @Test func eachActionIsInTheAuditTrail() async throws {
        try await with(Fixture()) { fixture in
            let key = try await fixture.ask(.post, "/admin/v1/keys", #"{"application": "demo"}"#).json
            _ = try await fixture.ask(.delete, "/admin/v1/keys/\(key["id"]?.stringValue ?? "")")
            _ = try await fixture.ask(.post, "/admin/v1/reload")
            let trail = try LedgerReader.open("\(fixture.folder)/ledger.db").auditTrail()
            #expect(trail.map(\.action) == ["keys.create", "keys.revoke", "reload"])
            #expect(trail.allSatisfy { $0.actor.hasPrefix("admin api 127.0.0.1") })
        }
    }

    @Test(arguments: [
        (#"{"application": "dmo"}"#, 422, "did you mean 'demo'?"), (#"{}"#, 400, "application is required"),
        (#"{"application": 3}"#, 400, "must be a text"), (#"{"app": "demo"}"#, 400, "there is no member 'app'"),
        (#"{"application": "demo", "expires": "soon"}"#, 400, "must be a time"), ("{", 400, "not JSON"),
        ("[]", 400, "must be an object"),
    ])
    func aWrongKeyIsExplained(body: String, status: Int, part: String) async throws {
        try await with(Fixture()) { fixture in
            let answer = try await fixture.ask(.post, "/admin/v1/keys", body)
            #expect(answer.status == status)
            #expect(answer.json["error"]?["message"]?.stringValue?.contains(part) == true)
        }
    }

    @Test func aReloadReplacesAllOrNothing() async throws {
        try await with(Fixture()) { fixture in
            let before = fixture.gateway.generations.current.id
            Fixture.write(
                "\(fixture.folder)/gateway.yaml",
                Fixture.configuration(admin: "{listen: 127.0.0.1:0}", applications: "demo: {models: [chatt]}"))
            let refused = try await fixture.ask(.post, "/admin/v1/reload")
            #expect(refused.status == 422)
            #expect(refused.json["generation"]?.stringValue == before)
            #expect(refused.text.contains("did you mean 'chat'?"))
            #expect(fixture.gateway.generations.current.id == before)

            Fixture.write(
                "\(fixture.folder)/gateway.yaml",
                Fixture.configuration(
                    admin: "{listen: 127.0.0.1:0}", applications: "demo: {models: [chat]}, other: {models: [chat]}"))
            let taken = try await fixture.ask(.post, "/admin/v1/reload")
            #expect(taken.status == 200)
            #expect(fixture.gateway.generations.current.id != before)
            #expect(taken.json["generation"]?.stringValue == fixture.gateway.generations.current.id)
        }
    }

    @Test(arguments: [
        ("localhost", nil), ("127.0.0.1:8081", nil), ("[::1]:8081", nil), ("127.9.9.9", nil), ("LOCALHOST:1", nil),
        ("ops.example:443", nil), ("evil.example", 421), ("127.0.0.1.evil.example", 421), ("", 421),
        ("localhost.evil", 421),
        ("10.0.0.1", 421),
    ])
    func onlyKnownHostsAreServed(host: String, status: Int?) async throws {
        try await with(Fixture(admin: "{listen: 127.0.0.1:0, hosts: [ops.example]}")) { fixture in
            #expect(await fixture.refusal(host: host) == status)
        }
    }

    @Test func aTokenIsAskedForWheneverOneIsSet() async throws {
        let token = "0123456789abcdef0123456789abcdef"
        try await with(Fixture(admin: "{listen: 127.0.0.1:0, token: \"\(token)\"}")) { fixture in
            #expect(await fixture.refusal(host: "localhost") == 401)
            #expect(await fixture.refusal(host: "localhost", authorization: "Bearer \(token)x") == 401)
            #expect(await fixture.refusal(host: "localhost", authorization: "Basic \(token)") == 401)
            #expect(await fixture.refusal(host: "localhost", authorization: "Bearer \(token)") == nil)
            #expect(await fixture.refusal(host: "localhost", path: "/healthz") == nil)
            #expect(await fixture.status(.get, "/admin/v1/keys") == 401)
            let headers = [(name: "authorization", value: "Bearer \(token)")]
            #expect(await fixture.status(.get, "/admin/v1/keys", headers: headers) == 200)
        }
    }

    @Test func reportsAreThoseOfTheCommandLine() async throws {
        try await with(Fixture()) { fixture in
            let costs = try await fixture.ask(
                .get, "/admin/v1/costs?month=2026-11&by=application,day&zone=Europe%2FBerlin")
            #expect(costs.status == 200)
            #expect(costs.json["zone"]?.stringValue == "Europe/Berlin")
            #expect(costs.json["rows"] == .array([]))
            #expect(try await fixture.ask(.get, "/admin/v1/costs?format=csv").text.hasPrefix("application,requests,"))
            #expect(await fixture.status(.get, "/admin/v1/costs?by=modle") == 400)
            #expect(await fixture.status(.get, "/admin/v1/costs?by=day&by=model") == 400)
            #expect(await fixture.status(.get, "/admin/v1/costs?zone=%ff") == 400)
            #expect(try await fixture.ask(.get, "/admin/v1/budgets").json["budgets"] == .array([]))
            #expect(await fixture.status(.get, "/admin/v1/requests?limit=0") == 400)
            #expect(try await fixture.ask(.get, "/admin/v1/requests").json["requests"] == .array([]))
            #expect(await fixture.status(.get, "/admin/v1/requests/req_nope") == 404)
            #expect(try await fixture.ask(.get, "/admin/v1/feedback").json["feedback"] == .array([]))
        }
    }

    @Test(arguments: [
        ("/admin/v1/nope", 404), ("/admin/v1/keys/", 404), ("/admin/v1/keys/a/b", 404), ("/admin/v1//keys", 404),
        ("/admin/v1/reload", 405), ("/v1/models", 404), ("/healthz", 200), ("/metrics", 200),
    ])
    func pathsMatchExactly(path: String, status: Int) async throws {
        try await with(Fixture()) { fixture in #expect(await fixture.status(.get, path) == status) }
    }

    @Test(arguments: ["http://evil.example", "null", "http://127.0.0.1", "http://127.0.0.1:1", ""])
    func aPageOfAnotherSiteCanDoNothing(origin: String) async throws {
        try await with(Fixture()) { fixture in
            let headers = [(name: "origin", value: origin), ("content-type", "text/plain")]
            #expect(await fixture.status(.options, "/admin/v1/keys", headers: headers) == 403)
            #expect(await fixture.status(.post, "/admin/v1/reload", headers: headers) == 403)
        }
    }
}
