import Inference
import Testing

@testable import Gateway

@Suite struct RateFileTests {
    private static let daily = """
        Date, USD, JPY, GBP, ISK, 
        20 November 2026, 1.0843, 161.45, 0.8432, N/A, 

        """
    private static let history = """
        Date,USD,JPY,GBP,
        2026-11-20,1.0843,161.45,0.8432,
        2026-11-19,1.0801,160.9,0.8441,
        2025-01-02,1.0321,162.1,0.83,

        """
    private static let markup = """
        <?xml version="1.0" encoding="UTF-8"?>
        <gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
        <!-- a > in a comment <Cube currency='USD' rate='9'/> -->
        <gesmes:subject>Reference rates</gesmes:subject>
        <Cube>
        <Cube time='2026-11-20'>
        <Cube currency='USD' rate='1.0843'/>
        <Cube currency="JPY" rate="161.45"/>
        <Cube currency='GBP' rate='0.8432'/>
        </Cube></Cube></gesmes:Envelope>
        """

    @Test(arguments: [daily, markup])
    func allFormsSayTheSame(text: String) throws {
        let rates = try RateFile(Array(text.utf8)).rates
        #expect(rates.map(\.quote.code) == ["USD", "JPY", "GBP"])
        #expect(rates.map(\.nano) == [1_084_300_000, 161_450_000_000, 843_200_000])
        #expect(rates.allSatisfy { $0.base == .eur && $0.day == "2026-11-20" && $0.source.hasPrefix("ECB") })
    }

    @Test func ofAHistoryTheLastWeeksAreKept() throws {
        var file = try RateFile(Array(Self.history.utf8))
        #expect(file.rates.count == 9)
        file.keepRecent(today: "2026-11-21")
        #expect(Set(file.rates.map(\.day)) == ["2026-11-20", "2026-11-19"])
        file.keepRecent(today: "2027-11-21")  // nobody brought new ones: the newest day stays
        #expect(Set(file.rates.map(\.day)) == ["2026-11-20"])
    }

    @Test(arguments: [
        ("Date,USD\n2026-11-20,1.0843\n2026-11-31,1.2\n", 3, "'2026-11-31' is no day"),
        ("Date,USD\n2026-11-20,1,0843\n2026-11-19,x\n", 3, "USD: 'x' is no rate above zero"),
        ("Date,USD\n2026-11-20,-1\n", 2, "USD: '-1' is no rate above zero"),
        ("Date,USD\n2026-11-20,0\n", 2, "USD: '0' is no rate above zero"),
        ("Date,usd\n2026-11-20,1\n", 2, "'usd' is no currency"),
        ("USD,Date\n1,2026-11-20\n", 1, "begins with Date"),
        ("", 1, "holds no rate"),
        ("<html><body>404</body></html>", 1, "holds no rate"),
        ("<Cube><Cube currency='USD' rate='1'/></Cube>", 1, "outside of a day"),
        ("<Cube>\n<Cube time='20.11.2026'>", 2, "is no day"),
        ("<Cube time='2026-11-20'>\n<Cube currency='USD' rate='1.0.1'/>", 2, "is no rate above zero"),
        ("<Cube time='2026-11-20'", 1, "a tag has no end"),
    ])
    func aFaultHasItsLine(text: String, line: Int, message: String) {
        let fault = #expect(throws: RateFile.Fault.self) { try RateFile(Array(text.utf8)) }
        #expect(fault?.line == line && fault?.message.contains(message) == true, "\(String(describing: fault))")
    }

    @Test func everyCutOfAFileIsReadOrRefused() {
        for text in [Self.daily, Self.history, Self.markup] {
            let bytes = Array(text.utf8)
            for end in 0..<bytes.count { _ = try? RateFile(Array(bytes[..<end])) }
        }
    }

    @Test func crossRatesGoThroughTheEuroAndRoundUp() throws {
        let rates = ExchangeRates(try RateFile(Array(Self.history.utf8)).rates)
        let pounds = try #require(Currency("GBP"))
        let rate = try #require(rates.rate(from: .usd, to: pounds, on: "2026-11-21"))
        #expect(rate.nano == 777_644_564)  // 0.8432 / 1.0843 = 0.777644563…
        #expect(rate.day == "2026-11-20" && rate.source.hasSuffix("through EUR"))
        #expect(rates.rate(from: pounds, to: .usd, on: "2026-11-19")?.nano == 1_279_587_727)  // 1.0801 / 0.8441
        #expect(rates.rate(from: .usd, to: pounds, on: "2026-11-18") == nil)
        #expect(rates.all(to: pounds, from: [.usd]).map(\.day) == ["2025-01-02", "2026-11-19", "2026-11-20"])
    }

    @Test func aRateIsUsedForAWeekOrForEver() throws {
        let written = try RateFile(Array(Self.daily.utf8)).rates
        #expect(ExchangeRates(written).rate(from: .eur, to: .usd, on: "2026-11-27") != nil)
        #expect(ExchangeRates(written).rate(from: .eur, to: .usd, on: "2026-11-28") == nil)
        #expect(ExchangeRates(written, missing: .last).rate(from: .eur, to: .usd, on: "2029-11-28") != nil)
    }

    @Test func theFileStandsBesideTheListAndFaultsNameIt() throws {
        let entry =
            "{provider: openai, model: m, from: \"2026-11-01\", currency: USD, source: test, input: 1, output: 2}"
        func load(_ more: String, _ file: String) throws -> ConfigurationLoad {
            try ConfigurationFolder([
                "gateway.yaml": "prices: prices.yaml", "rates.csv": file,
                "prices.yaml": "prices: [\(entry)]\nfx_file: rates.csv\n\(more)",
            ]).load()
        }
        let fx = "fx: [{date: \"2026-11-20\", base: EUR, quote: USD, rate: 2, source: mine}]\nfx_missing: last\n"
        let configuration = try #require(try load(fx, Self.daily).configuration)
        #expect(configuration.exchangeRates.rate(from: .eur, to: .usd, on: "2026-11-20")?.nano == 2_000_000_000)
        #expect(configuration.exchangeRates.days > 365)
        let other = try #require(try load("", Self.daily).configuration)
        #expect(other.generation != configuration.generation)
        #expect(other.exchangeRates.all(to: .eur).map(\.base) == [.usd])
        let broken = try load("", "Date,USD\n2026-11-20,abc\n")
        #expect(broken.configuration == nil && broken.diagnostics.count == 1)
        #expect(broken.diagnostics[0].description.contains("rates.csv:2:1: error: USD: 'abc'"))
    }
}
