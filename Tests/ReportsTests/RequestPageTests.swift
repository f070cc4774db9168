import CivilTime
import Crypto
import Glibc
import Inference
import JSON
import Ledger
import Reports
import Testing

@Suite struct RequestPageTests {
    private let id = RequestID(milliseconds: 1_795_248_000_000, random: (0, 0))

    /// A request with a failed attempt and one that served, as a ledger gives it back.
    private func detail() async throws -> RequestDetail? {
        var template = Array("/tmp/llmgw-report-tests.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { return nil }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let path = folder + "/ledger.db"
        let ledger = try LedgerWriter.open(path)
        var identity = CallIdentity(
            application: "support-bot", team: "support", key: "key_1", model: "chat", generation: "0123456789ab",
            commit: nil)
        identity.prompt = PromptReference(
            name: "support-reply", version: "3.1.0", digest: String(repeating: "e", count: 64), label: "production",
            commit: nil)
        let price = Price(
            provider: "sim", model: "small", from: "2026-11-01", currency: .usd,
            rates: Rates(input: 150_000_000, output: 600_000_000), source: "a list")
        for number in 1...2 {
            let quote = Quote(
                provider: "sim", upstreamModel: "small", attempt: number, inputTokensMax: 1_000, outputTokensMax: 4_096,
                bound: Money(nano: 2_607_600, .usd))
            let line = BudgetLine(
                account: Account(.application, "support-bot"), window: .day, zone: "UTC", startsAt: 1_795_219_200_000,
                endsAt: 1_795_305_600_000, label: "2026-11-21", limit: Money(nano: 5_000_000_000, .usd), nano: 2_607_600
            )
            _ = await ledger.admit(
                HoldRequest(
                    request: id, attempt: number, identity: identity, provider: "sim", upstreamModel: "small",
                    price: price, quote: quote, lines: [line], at: 1_795_248_000_000))
            var end = AttemptEnd(
                request: id, attempt: number,
                settlement: number == 1
                    ? Settlement(basis: .notBilled, usage: Usage(), cost: .zero(.usd))
                    : Settlement(basis: .reported, usage: Usage(input: 9, output: 21), cost: Money(nano: 13_950, .usd)))
            end.upstreamStatus = number == 1 ? 500 : 200
            end.errorCode = number == 1 ? "upstream_error" : nil
            end.durationMs = 1_250
            end.sentDigest = number == 1 ? nil : SHA256.hash("a body")
            try await ledger.settle(
                end,
                closing: number == 1
                    ? nil
                    : RequestEnd(
                        request: id, identity: identity, endpoint: "/v1/chat/completions", outcome: .completed,
                        status: 200, stream: true, startedAt: 1_795_248_000_000, durationMs: 2_600))
        }
        await ledger.close()
        let detail = try LedgerReader.open(path).request(id)
        for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.db.lock", "ledger.db.reserve"] {
            unlink("\(folder)/\(name)")
        }
        rmdir(folder)
        return detail
    }

    @Test func thePageTellsEverythingThatHappened() async throws {
        let page = RequestPage(try #require(try await detail()))
        #expect(
            page.text == """
                request \(id)
                  outcome       completed, status 200
                  endpoint      /v1/chat/completions, streamed
                  began         2026-11-21T08:00:00.000Z, took 2.6 s
                  application   support-bot (team support)
                  key           key_1
                  model         chat
                  prompt        support-reply@3.1.0, label production, digest eeeeeeeeeeee
                  generation    0123456789ab

                attempt 1: sim/small
                  state         voided: certainly not billed
                  upstream      status 500, upstream_error
                  admitted      2026-11-21T08:00:00.000Z, took 1.2 s
                  bound         0.002607600 USD, up to 1,000 tokens in and 4,096 out
                  price         input 0.15, output 0.60 USD per million tokens, from 2026-11-01 (a list)
                  cost          0.000000000 USD
                  budget        application support-bot, day 2026-11-21: held 0.002607600 USD, charged 0.000000000 USD

                attempt 2: sim/small
                  state         posted: the vendor reported the usage
                  upstream      status 200
                  sent          sha256 \(SHA256.hash("a body").hex)
                  admitted      2026-11-21T08:00:00.000Z, took 1.2 s
                  bound         0.002607600 USD, up to 1,000 tokens in and 4,096 out
                  usage         9 input, 21 output
                  price         input 0.15, output 0.60 USD per million tokens, from 2026-11-01 (a list)
                  cost          0.000013950 USD
                  budget        application support-bot, day 2026-11-21: held 0.002607600 USD, charged 0.000013950 USD

                """)
    }

    @Test func whatWasBilledByThePieceAndTheTierAreShown() async throws {
        var detail = try #require(try await detail())
        detail.attempts[1].price?.perCall = ["web_search": 10_000_000]
        detail.attempts[1].settlement?.usage.extras = [
            "web_search": 2, "images": 1, Usage.vendorCost: 20_013_950,
        ]
        detail.attempts[1].settlement?.tier = "flex"
        detail.attempts[1].settlement?.unpricedClasses = ["unpriced:images"]
        let text = RequestPage(detail).text
        #expect(text.contains("\n  pieces        1 images, 2 web_search at 0.01 USD\n"))
        #expect(text.contains("\n  tier          flex\n"))
        #expect(text.contains("\n  vendor's cost 0.020013950 USD, as the vendor reports it\n"))
        let json = try JSONValue(parsing: RequestPage(detail).json.bytes)["attempts"]?.arrayValue ?? []
        #expect(json[1]["request_sha256"]?.stringValue == SHA256.hash("a body").hex)
        #expect(json[0]["request_sha256"] == JSONValue.null)
        #expect(json[1]["pieces"]?["web_search"]?.integerValue == 2 && json[1]["pieces"]?["images"]?.integerValue == 1)
        #expect(json[1]["pieces"]?[Usage.vendorCost] == nil && json[1]["tier"]?.stringValue == "flex")
        #expect(json[1]["vendor_cost"]?.stringValue == "0.020013950")
        #expect(json[1]["flags"]?.arrayValue?.map(\.stringValue) == ["unpriced:images"])
        #expect(json[0]["tier"] == JSONValue.null && json[0]["pieces"]?.objectValue?.isEmpty == true)
    }

    @Test func aCorrectionSaysItsCurrency() async throws {
        var detail = try #require(try await detail())
        func correct(_ attempt: Int, _ currency: Currency?) {
            var adjustment = Adjustment(
                request: id, attempt: attempt + 1, kind: .reprice, nano: -5, by: "anna", reason: "found",
                at: 1_795_248_000_000)
            adjustment.currency = currency
            detail.attempts[attempt].adjustments = [adjustment]
        }
        correct(1, nil)
        detail.attempts[0].settlement?.cost = nil
        detail.attempts[0].quote.bound = nil
        correct(0, .eur)
        let text = RequestPage(detail).text
        #expect(text.contains("\n  correction    -0.000000005 EUR (reprice) by anna, "))
        #expect(text.contains("\n  correction    -0.000000005 USD (reprice) by anna, "))
        let json = try JSONValue(parsing: RequestPage(detail).json.bytes)["attempts"]?.arrayValue ?? []
        let currencies = json.map { $0["corrections"]?.arrayValue?[0]["currency"]?.stringValue }
        #expect(currencies == ["EUR", "USD"])
    }

    @Test func theJSONOfAPageIsOneObject() async throws {
        let json = try JSONValue(parsing: RequestPage(try #require(try await detail())).json.bytes)
        #expect(json["id"]?.stringValue == id.description)
        #expect(json["attempts"]?.arrayValue?.map { $0["state"]?.stringValue } == ["voided", "posted"])
        #expect(json["attempts"]?.arrayValue?[1]["budgets"]?.arrayValue?[0]["posted"]?.stringValue == "0.000013950")
    }
}
