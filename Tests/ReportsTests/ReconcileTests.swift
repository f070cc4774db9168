import CivilTime
import Inference
import Ledger
import Testing

@testable import Reports

@Suite struct ReconcileTests {
    private func rows(_ text: String) throws -> [[String]] {
        var reader = CSVReader(Array(text.utf8))
        var rows: [[String]] = []
        while let row = try reader.next() { rows.append(row) }
        return rows
    }

    @Test func readsWhatRFC4180Allows() throws {
        #expect(try rows("a,b\r\n1,\"x,\"\"y\"\"\nz\"\n\n,\n") == [["a", "b"], ["1", "x,\"y\"\nz"], ["", ""]])
        #expect(try rows("\u{FEFF}a\rb") == [["a"], ["b"]])
        #expect(try rows("") == [])
    }

    @Test(arguments: ["\"a", "\"a\"b\n", "x,\"y\n", String(repeating: ",", count: 5_000)])
    func refusesWhatHasTwoReadings(text: String) {
        #expect(throws: ReportError.self) { try rows(text) }
    }

    /// Every cut of an export is read or refused; nothing traps.
    @Test func everyCutIsReadOrRefused() throws {
        let columns = try VendorColumns("day=day,cost=cost,model=model,input=in")
        let exports: [(VendorExport, String)] = [
            (.csv(columns), "day,cost,model,in\n2026-11-20,1.5E-04,\"m,1\",10\n2026-11-21,-2,,\n"),
            (
                .aws,
                "line_item_usage_start_date,line_item_unblended_cost,line_item_usage_type,line_item_usage_amount,pricing_unit\n"
                    + "2026-11-20 00:00:00.000,0.1,USE1-X-input-tokens,99999999999999999999,1K tokens\n"
            ),
            (
                .openai,
                #"{"data":[{"start_time":1763596800,"results":[{"amount":{"value":1e-9,"currency":"usd"},"line_item":"m, input"}]}]}"#
            ),
            (
                .anthropic,
                #"{"data":[{"starting_at":"2026-11-20T00:00:00Z","results":[{"amount":"1.5","model":"m"},{"output_tokens":5}]}]}"#
            ),
        ]
        for (export, text) in exports {
            #expect(try export.read(Array(text.utf8)).charges.count >= 1)
            let bytes = Array(text.utf8)
            for end in 0..<bytes.count { _ = try? export.read(Array(bytes[..<end])) }
        }
    }

    @Test func amountsAreExact() throws {
        let columns = try VendorColumns("day=d,cost=c")
        let lines = String(repeating: "2026-11-20,0.0000000001\n", count: 15)
        let charges = try VendorExport.csv(columns).read(Array("d,c\n\(lines)".utf8)).charges
        var day = VendorDay()
        for charge in charges { day.add(charge) }
        #expect(charges.count == 15 && day.cost == 2)  // 1.5 nano-units in all, not fifteen roundings of 0.1
    }

    @Test func centsAreHundredths() throws {
        let text = #"{"data":[{"starting_at":"2026-11-20T00:00:00Z","results":[{"amount":"123.45","model":"m"}]}]}"#
        var day = VendorDay()
        for charge in try VendorExport.anthropic.read(Array(text.utf8)).charges { day.add(charge) }
        #expect(day.cost == 1_234_500_000)
    }

    @Test(
        arguments: [
            ("0%", 100_000, 101_000, true), ("0%", 100_000, 101_001, false), ("1%", 1_000_000_000, 1_010_000_000, true),
            ("1", 1_000_000_000, 1_010_101_011, false), ("0.5%", -1_000_000_000, -1_004_000_000, true),
            ("100%", .max, 0, true), ("0.5%", .max, .min, false),
        ] as [(String, Int64, Int64, Bool)])
    func toleranceIsAShareOfTheLarger(text: String, one: Int64, other: Int64, covers: Bool) {
        #expect(Tolerance(text)?.covers(one, other) == covers)
    }

    @Test func toleranceIsAPercentage() {
        for text in ["", "x", "-1%", "101%", "1e9"] { #expect(Tolerance(text) == nil, "\(text)") }
    }

    // MARK: Comparing

    private func attempt(
        _ model: String, _ cost: Int64?, basis: Basis = .reported, at day: String = "2026-11-20",
        unpriced: [String] = [], provider: String = "up"
    ) -> BilledAttempt {
        let moment = TimeZoneRules.utc.start(of: CivilDate(day) ?? CivilDate(daysSince1970: 0)) + 5_000
        return BilledAttempt(
            request: RequestID(high: UInt64(moment) << 16, low: 0), attempt: 1, admittedAt: moment, provider: provider,
            upstreamModel: model, servedModel: nil, isFree: false, currency: .usd,
            settlement: Settlement(
                basis: basis, usage: Usage(input: 100, output: 10), cost: cost.map { Money(nano: $0, .usd) },
                unpricedClasses: unpriced), corrections: [:], repricings: 0)
    }

    private func charge(_ model: String?, _ nano: Int64, on day: String = "2026-11-20") -> VendorCharge {
        VendorCharge(day: day, model: model, cost: Int128(nano) * 1_000_000_000)
    }

    private func compare(
        _ charges: [VendorCharge], _ attempts: [BilledAttempt], provider: String? = nil
    ) throws -> Reconciliation {
        var book = LedgerBook(zone: .utc)
        for attempt in attempts { book.take(attempt) }
        return try Reconciliation(
            VendorStatement(charges), Reconciliation.Question(provider: provider, now: 0), book: book)
    }

    /// The first word of each cause, and how sure it is.
    private func causes(_ row: Reconciliation.Row) -> [String] {
        row.causes.map { cause in
            let end = cause.hasSuffix(")") ? cause.split(separator: "(").last.map { " (\($0)" } ?? "" : ""
            return cause.prefix { $0 != ":" } + end
        }
    }

    private func day(_ number: Int) -> String { "2026-11-\(number < 10 ? "0" : "")\(number)" }

    @Test func causesStandInTheOrderInWhichTheyShouldBeLookedAt() throws {
        let found = try compare(
            [charge("m", 500_000)],
            [
                attempt("m", 1_000_000, basis: .presumed), attempt("m", nil),
                attempt("m", 2_000_000, unpriced: ["cache_write"]),
            ])
        // What the ledger has no price for can't be why it has more.
        #expect(causes(found.rows[0]) == ["presumed (possible)", "fallback prices (possible)"])
        #expect(found.rows[0].difference == 2_500_000 && !found.isWithin)
        let more = try compare(
            [charge("m", 9_000_000)], [attempt("m", 1_000_000, basis: .presumed), attempt("m", nil)])
        #expect(causes(more.rows[0]) == ["unpriced (likely)"])
    }

    @Test func aChargeOnTheNextDayIsAMatterOfDays() throws {
        let found = try compare(
            [charge("m", 5_000_000), charge("m", 1_000_000, on: "2026-11-21")],
            [attempt("m", 3_000_000), attempt("m", 3_000_000, at: "2026-11-21")])
        #expect(found.rows.map(causes) == [["days (likely)"], ["days (likely)"]])
    }

    @Test func oneDayOfAMonthIsNoMatterOfDays() throws {
        let days = (1...30).map(day)
        let charges = days.map { charge("m", $0 == "2026-11-15" ? 1_100_000 : 1_000_000, on: $0) }
        let found = try compare(charges, days.map { attempt("m", 1_000_000, at: $0) })
        #expect(found.rows.filter { !$0.isWithin }.map(causes) == [["unexplained"]])
    }

    @Test func aConstantShareIsAPrice() throws {
        let days = (1...19).map(day)
        let amounts = (1...19).map { Int64($0) * 700_000 }
        let found = try compare(
            zip(days, amounts).map { charge("m", $1 + $1 / 4, on: $0) },
            zip(days, amounts).map { attempt("m", $1, at: $0) })
        #expect(found.rows.allSatisfy { causes($0) == ["prices (likely)"] })
        #expect(found.rows[3].causes[0].contains("on 19 days alike the vendor bills 25.0% more"))
    }

    @Test func twoDaysAlikeAreNoEvidence() throws {
        let found = try compare(
            [charge("m", 1_250_000), charge("m", 2_500_000, on: "2026-11-21")],
            [attempt("m", 1_000_000), attempt("m", 2_000_000, at: "2026-11-21")])
        #expect(found.rows.map(causes) == [["unexplained"], ["unexplained"]])
    }

    @Test func aDifferenceForEachTokenIsThePriceOfItsClass() throws {
        let days = (1...5).map(day)
        // Always 10 output tokens an attempt; from one to five attempts at 2.00 for a million more than was booked.
        let attempts = days.enumerated().flatMap { index, day in
            (0...index).map { attempt("m", Int64($0 == 0 ? 9_000 : 100), at: day) }
        }
        let charges = days.enumerated().map { index, day in
            charge("m", 9_000 + 100 * Int64(index) + 20_000 * Int64(index + 1), on: day)
        }
        let found = try compare(charges, attempts)
        #expect(found.rows[2].causes[0].contains("2.00 USD more for a million tokens of output"))
    }

    @Test func daysThatBeginElsewhereCancelOutOverARun() throws {
        let days = (1...9).map(day)
        let moved: [Int64] = [0, 300_000, 100_000, 250_000, 50_000, 400_000, 100_000, 350_000, 20_000, 0]
        let charges = days.enumerated().map { charge("m", 2_000_000 + moved[$0 + 1] - moved[$0], on: $1) }
        let found = try compare(charges, days.map { attempt("m", 2_000_000, at: $0) })
        let differing = found.rows.filter { !$0.isWithin }
        #expect(differing.count >= 8 && differing.allSatisfy { causes($0) == ["days (likely)"] })
    }

    @Test func otherProvidersAreNotCompared() throws {
        let attempts = [attempt("m", 5_000_000), attempt("other", 7_000_000, provider: "elsewhere")]
        #expect(try compare([charge("m", 5_000_000)], attempts).isWithin)
        #expect(try compare([charge("m", 5_000_000)], attempts).providers == ["up"])
        #expect(throws: ReportError.self) { try compare([charge("m", 5_000_000)], attempts, provider: "elsewhere") }
        #expect(throws: ReportError.self) { try compare([charge("m", 5_000_000)], attempts, provider: "nobody") }
        // Without models nothing tells whose bill it is.
        #expect(throws: ReportError.self) { try compare([charge(nil, 12_000_000)], attempts) }
        #expect(try compare([charge(nil, 5_000_000)], attempts, provider: "up").isWithin)
        #expect(try compare([charge(nil, 5_000_000)], [attempts[0]]).isWithin)
    }

    @Test func aFileThatSharesNoModelIsNotCompared() throws {
        #expect(throws: ReportError.self) { try compare([charge("a", 5), charge("b", 5)], [attempt("m", 5_000_000)]) }
        let found = try compare([charge("a", 5_000_000)], [])
        #expect(found.rows.map(causes) == [["calls past the gateway (possible)"]])
        #expect(found.notes.contains("the ledger has no call in these days"))
    }

    @Test func aDayThatTheFileDoesNotHaveIsNamedAndNotCompared() throws {
        let found = try compare(
            [charge("m", 5_000_000), charge("m", 5_000_000, on: "2026-11-22")],
            [
                attempt("m", 5_000_000), attempt("m", 5_000_000, at: "2026-11-21"),
                attempt("m", 5_000_000, at: "2026-11-22"),
            ])
        #expect(found.rows.map(\.day) == ["2026-11-20", "2026-11-22"] && found.rows.allSatisfy(\.isWithin))
        #expect(!found.isWithin && found.notes.contains { $0.contains("no line of them: 2026-11-21") })
    }

    @Test(
        arguments: [
            ("GPT 4.1", "gpt-4.1"), ("gpt-4o-0806", "gpt-4o"), ("Gemini 2.5 Flash", "gemini-2.5-flash"),
            ("anthropic.claude-3-5-sonnet-20240620-v1:0", "us.anthropic.claude-3-5-sonnet-20240620-v1:0"),
            ("nothing", "nothing"),
        ])
    func aModelIsFoundByAnotherSpelling(vendor: String, ours: String) {
        var book = LedgerBook(zone: .utc)
        for model in ["gpt-4.1", "gpt-4o", "gemini-2.5-flash", "us.anthropic.claude-3-5-sonnet-20240620-v1:0"] {
            book.take(attempt(model, 1))
        }
        #expect(book.model(named: vendor) == ours)
    }

    @Test func sumsOfRowsThatAreGoneAreCompared() throws {
        var book = LedgerBook(zone: .utc)
        let start = TimeZoneRules.utc.start(of: try #require(CivilDate("2026-11-20")))
        book.take(
            ArchivedCharges(
                startsAt: start, provider: "up", upstreamModel: "m", currency: .usd, attempts: 2, cost: 5_000_000))
        let found = try Reconciliation(
            VendorStatement([charge("m", 5_000_000)]), Reconciliation.Question(now: 0), book: book)
        #expect(found.isWithin && found.notes.contains { $0.hasPrefix("the rows of 2026-11-20 are gone") })
    }

    // MARK: Repricing

    private func repricing(_ attempts: [BilledAttempt], _ price: Price?) throws -> Repricing {
        let window = try ReportWindow(["from": "2026-11-01", "to": "2026-11-30"], now: 1_763_700_000_000)
        var repricing = Repricing(window) { _, _, day in (price?.from ?? "") <= day ? price : nil }
        for attempt in attempts { repricing.take(attempt) }
        return repricing
    }

    private let price = Price(
        provider: "up", model: "m", from: "2026-11-10", currency: .usd,
        rates: Rates(input: 1_000_000_000, output: 5_000_000_000), source: "test")

    @Test func onlyWhatDiffersIsCorrected() throws {
        var repriced = attempt("m", 100_000)
        repriced.corrections[.reprice] = 50_000
        repriced.repricings = 1
        let found = try repricing(
            [attempt("m", 150_000), attempt("m", 100_000), repriced, attempt("m", nil)], price)
        #expect(found.corrections.map(\.nano) == [50_000, 150_000])
        #expect(found.corrections.map(\.currency) == [nil, .usd])
        #expect(found.rows[0].attempts == 4 && found.rows[0].differing == 2)
        #expect(found.rows[0].difference == 200_000)
    }

    @Test func whatCannotBeRecomputedIsKeptAndNamed() throws {
        var free = attempt("m", 0)
        free.isFree = true
        let found = try repricing(
            [attempt("m", 7, basis: .presumed), attempt("m", 7, at: "2026-11-05"), free], price)
        #expect(found.corrections.isEmpty)
        #expect(found.reasons.values.reduce(0, +) == 3 && found.rows.reduce(0) { $0 + $1.kept } == 3)
    }
}
