import CivilTime
import Inference
import Testing

@testable import Reports

@Suite struct VendorExportTests {
    private func read(_ export: VendorExport, _ text: String, zone: String = "UTC") throws -> VendorStatement {
        try export.read(Array(text.utf8), VendorExport.Writing(zone: try TimeZoneRules(named: zone)))
    }

    /// Nano-units of all charges.
    private func sum(_ statement: VendorStatement) -> Int64 {
        Int64(clamping: statement.charges.reduce(Int128(0)) { $0 + ($1.cost ?? 0) } / 1_000_000_000)
    }

    private func bucket(_ start: Int, _ results: String, hours: Int = 24) -> String {
        #"{"start_time":\#(start),"end_time":\#(start + hours * 3_600),"results":[\#(results)]}"#
    }

    private func item(_ name: String, _ value: String) -> String {
        #"{"amount":{"value":\#(value),"currency":"usd"},"line_item":"\#(name)"}"#
    }

    private func page(_ buckets: [String], more: Bool? = false) -> String {
        let end = more.map { #","has_more":\#($0)"# } ?? ""
        return #"{"data":[\#(buckets.joined(separator: ","))]\#(end)}"#
    }

    private let day = 1_763_596_800  // 2025-11-20

    // MARK: Pages

    @Test func aPageThatAnotherFollowsIsNotTheLast() throws {
        let buckets = [bucket(day, item("m, input", "1"))]
        #expect(throws: ReportError.self) { try read(.openai, page(buckets, more: true)) }
        let next = page([bucket(day + 86_400, item("m, input", "1"))])
        #expect(try read(.openai, page(buckets, more: true) + "\n" + next).charges.count == 2)
        #expect(try read(.openai, page(buckets, more: nil)).charges.count == 1)
        let value = #"{"date":"2026-11-20","cost":1,"meterName":"gpt-5 Inp Tokens"}"#
        #expect(throws: ReportError.self) { try read(.azure, #"{"value":[\#(value)],"nextLink":"https://x"}"#) }
        #expect(try read(.azure, #"{"value":[\#(value)],"nextLink":null}"#).charges.count == 1)
    }

    @Test func whatIsThereTwiceCountsOnce() throws {
        let one = item("m, input", "1")
        let texts = [
            "[\(page([bucket(day, one)])),\(page([bucket(day, one)]))]",  // a page
            page([bucket(day, one), bucket(day, one)]),  // a bucket
            page([bucket(day, one + "," + one)]),  // a line item
            page([bucket(day, one), bucket(day, one + "," + item("m, output", "0"))]),
        ]
        for text in texts {
            let statement = try read(.openai, text)
            #expect(sum(statement) == 1_000_000_000, "\(text)")
            #expect(statement.notes.contains { $0.contains("counts once") })
        }
    }

    @Test func twoSayingsOfOneLineItemAreRefused() {
        let results = item("m, input", "1") + "," + item("m, input", "2")
        #expect(throws: ReportError.self) { try read(.openai, page([bucket(day, results)])) }
    }

    @Test func bucketsOfDifferentLengthsForOneTimeAreRefused() {
        let buckets = [bucket(day, item("m, input", "1")), bucket(day + 3_600, item("n, input", "1"), hours: 1)]
        #expect(throws: ReportError.self) { try read(.openai, page(buckets)) }
    }

    @Test func aMissingDayBetweenBucketsIsNamed() throws {
        let text = page([bucket(day, item("m, input", "1")), bucket(day + 2 * 86_400, item("m, input", "1"))])
        let gap = try #require(CivilDate("2025-11-21"))
        #expect(try read(.openai, text).gaps == [gap...gap])
    }

    @Test func anEmptyBucketIsADayWithoutACharge() throws {
        let statement = try read(.openai, page([bucket(day, item("m, input", "1")), bucket(day + 86_400, "")]))
        #expect(statement.days == ["2025-11-20", "2025-11-21"])
    }

    @Test func aDayOfAnotherZoneIsRefused() throws {
        let text = page([bucket(day, item("m, input", "1"))])
        #expect(throws: ReportError.self) { try read(.openai, text, zone: "America/New_York") }
        let shifted = page([bucket(day + 5 * 3_600, item("m, input", "1"))])
        #expect(try read(.openai, shifted, zone: "America/New_York").days == ["2025-11-20"])
        #expect(throws: ReportError.self) { try read(.openai, shifted) }
    }

    // MARK: Days and amounts

    @Test(
        arguments: [
            ("2026-11-20", "2026-11-20"), ("20.11.2026", "2026-11-20"), ("1.2.2026", "2026-02-01"),
            ("11/20/2026", "2026-11-20"), ("20261120", "2026-11-20"), ("2026/11/20", "2026-11-20"),
            ("2026-11-20T23:30:00-05:00", "2026-11-21"), ("2026-11-21T00:30:00+01:00", "2026-11-20"),
            ("2026-11-20 23:30:00 UTC", "2026-11-20"), ("2026-11-20 23:30:00.000", "2026-11-20"),
            ("2026-11-20T23:30:00.1234567Z", "2026-11-20"), ("2026-11-20 23:30:00+0000", "2026-11-20"),
            ("20.11.2026 08:15", "2026-11-20"), ("2026-11-20 08:00:00+01", "2026-11-20"), ("20261340", nil),
            ("30.02.2026", nil), ("yesterday", nil), ("", nil), ("20.11.26", nil),
        ] as [(String, String?)])
    func aDayIsReadAsItIsWritten(text: String, day: String?) {
        #expect(ExportDates(.utc).day(text) == day)
    }

    @Test func theOrderOfMonthAndDayIsLearntFromTheFile() throws {
        let columns = VendorExport.csv(try VendorColumns("day=d,cost=c"))
        #expect(try read(columns, "d,c\n11/10/2026,1\n").days == ["2026-11-10"])
        #expect(try read(columns, "d,c\n11/10/2026,1\n20/10/2026,1\n").days == ["2026-10-11", "2026-10-20"])
        #expect(throws: ReportError.self) { try read(columns, "d,c\n11/20/2026,1\n20/10/2026,1\n") }
        let told = VendorExport.Writing(zone: .utc, order: .dayFirst)
        #expect(try columns.read(Array("d,c\n11/10/2026,1\n".utf8), told).days == ["2026-10-11"])
    }

    @Test(
        arguments: [
            ("0,041", "0.041000000"), ("$1,234.50", "1234.500000000"), ("1.234,50 €", "1234.500000000"),
            ("-$5.00", "-5.000000000"), ("(12.25)", "-12.250000000"), ("1.2E-05", "0.000012000"),
            ("1 234,5", "1234.500000000"), ("1'234.50", "1234.500000000"), ("USD 3.10", "3.100000000"),
            ("3.10 EUR", "3.100000000"), ("1,234,567", "1234567.000000000"), ("1.234", "1.234000000"), ("1,234", nil),
            ("1,23,4", nil), ("x", nil), ("", nil), ("$", nil), ("1.2.3,4", nil),
        ] as [(String, String?)])
    func anAmountIsReadAsItIsWritten(text: String, amount: String?) {
        let read = ExportAmounts().read(text)
        #expect(read?.number.nano(rounding: .nearest).map { Money.decimal(nano: $0) } == amount)
    }

    @Test func oneAmountTellsHowTheOthersAreWritten() throws {
        let columns = VendorExport.csv(try VendorColumns("day=d,cost=c"))
        #expect(sum(try read(columns, "d;c\n20.11.2026;1,234\n20.11.2026;0,5\n")) == 1_734_000_000)
        #expect(sum(try read(columns, "d\tc\n2026-11-20\t1,234\n2026-11-20\t0.5\n")) == 1_234_500_000_000)
        #expect(sum(try read(columns, "sep=;\nd;c\n20.11.2026;1.234,5\n20.11.2026;1.234\n")) == 2_468_500_000_000)
        #expect(throws: ReportError.self) { try read(columns, "d,c\n2026-11-20,\"1,234\"\n") }
        #expect(throws: ReportError.self) { try read(columns, "d;c\n2026-11-20;0,5\n2026-11-20;0.5\n") }
    }

    @Test func aTableThatIsCutOrHasOneNameTwiceIsRefused() throws {
        let columns = VendorExport.csv(try VendorColumns("day=d,cost=c"))
        #expect(throws: ReportError.self) { try read(columns, "d,c,x\n2026-11-20,1,a\n2026-11-20,1\n") }
        #expect(throws: ReportError.self) { try read(columns, "d,c,c\n2026-11-20,1,2\n") }
        let aws = "line_item_usage_start_date,line_item_unblended_cost,line_item_usage_type,lineItem/UnblendedCost\n"
        #expect(throws: ReportError.self) { try read(.aws, aws + "2026-11-20,1,USE1-X-input-tokens,2\n") }
    }

    @Test func anIdMakesEqualLinesOneCharge() throws {
        let text = "d,c,i\n2026-11-20,1,a\n2026-11-20,1,a\n2026-11-20,1,b\n"
        #expect(sum(try read(.csv(try VendorColumns("day=d,cost=c,id=i")), text)) == 2_000_000_000)
        let counted = try read(.csv(try VendorColumns("day=d,cost=c")), text)
        #expect(sum(counted) == 3_000_000_000 && counted.repeats.count == 1)
    }

    // MARK: Clouds

    @Test func modelsOfTheMarketplaceAreNamed() throws {
        let head =
            "identity_line_item_id,line_item_usage_start_date,line_item_product_code,line_item_usage_type,"
            + "line_item_usage_amount,pricing_unit,line_item_unblended_cost,line_item_resource_id,product_product_name,"
            + "line_item_line_item_description\n"
        let text = "AWS Marketplace software usage|us-east-1|Million Input Tokens"
        let statement = try read(
            .aws,
            head + """
                a,2026-11-20T01:00:00Z,4a524th30q,USE1-MP:USE1_InputTokenCount-Units,0.002,Units,0.006,arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-x-v1:0,,\(text)
                a,2026-11-20T01:00:00Z,4a524th30q,USE1-MP:USE1_InputTokenCount-Units,0.002,Units,0.006,arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-x-v1:0,,\(text)
                b,2026-11-20T01:00:00Z,9zzz,USE1-MP:USE1_output_tokens_standard-Units,0.001,Units,0.015,,Claude Y (Amazon Bedrock Edition),x
                c,2026-11-20T01:00:00Z,7qqq,USE1-MP:USE1_CacheReadInputTokenCount_Global-Units,1,Units,0.3,,,x
                d,2026-11-20T01:00:00Z,AmazonEC2,BoxUsage:t3.micro,1,Hrs,77,,,x

                """)
        #expect(statement.charges.map(\.model) == ["anthropic.claude-x-v1:0", "Claude Y", "7qqq"])
        #expect(statement.charges.map(\.input) == [2_000, nil, nil] && statement.charges.allSatisfy { !$0.isFee })
        #expect(statement.notes.count == 2)
    }

    @Test(
        arguments: [
            ("gpt-4o-0806-Inp-glbl Tokens", "gpt-4o-0806", true), ("gpt 4.1 Outp glbl Tokens", "gpt 4.1", false),
            ("gpt 4o 1120 cached Inp glbl Tokens", "gpt 4o 1120", true), ("GPT 5.1 opt Gl 1M Tokens", "GPT 5.1", false),
            ("V4 Pro cached glbl Tokens", "V4 Pro", true), ("5.6 sol ShortCo Cd Inp Std Gl 1M Tokens", "5.6 sol", true),
            ("Gemini 2.5 Flash GA Text Input - Predictions", "Gemini 2.5 Flash", true),
            ("Gemini 3.5 Flash Global Text Output - Predictions", "Gemini 3.5 Flash", false),
            ("Gemini 3 Flash Text Input Caching", "Gemini 3 Flash", true),
            ("Generate content input token count gemini 2.5 flash short input text", "gemini 2.5 flash", true),
            ("Generate_content output token count for Gemini 2.5 Pro", "Gemini 2.5 Pro", false),
            ("Claude Opus 4.5 Global Output Tokens", "Claude Opus 4.5", false),
        ])
    func aMeterIsTakenApart(name: String, model: String, isInput: Bool) {
        let meter = TokenMeterName(name)
        #expect(meter?.model == model && meter?.isInput == isInput)
    }

    @Test(arguments: [
        "Standard D2s v3", "Gemini 3 Flash Text Input Caching Storage", "Grounding with Google Search", "",
    ])
    func otherMetersAreOfNoTokens(name: String) { #expect(TokenMeterName(name) == nil) }

    @Test func azureIsReadAsTableAndAsAnswer() throws {
        let head =
            "Date,MeterCategory,MeterSubCategory,MeterName,UnitOfMeasure,Quantity,CostInBillingCurrency,BillingCurrencyCode,ChargeType\n"
        let lines = """
            11/20/2026,Foundry Models,Azure OpenAI,gpt-5-Inp-glbl Tokens,1K,10,0.0015,EUR,Usage
            11/20/2026,Foundry Models,Azure OpenAI,gpt-5-Outp-glbl Tokens,1M,0.001,0.0006,EUR,Usage
            11/20/2026,Virtual Machines,Dv3,D2 v3,1 Hour,1,5,EUR,Usage
            11/20/2026,Foundry Models,Azure OpenAI,gpt-5-Inp-glbl Tokens,1K,0,-0.1,EUR,Refund

            """
        let table = try read(.azure, head + lines)
        #expect(table.charges.map(\.model) == ["gpt-5", "gpt-5", "Refund: gpt-5-Inp-glbl Tokens"])
        #expect(table.charges.map(\.input) == [10_000, nil, nil] && table.charges[1].output == 1_000)
        #expect(table.charges.allSatisfy { $0.currency == .eur } && table.days == ["2026-11-20"])
        let line =
            #"{"id":"1","properties":{"date":"2026-11-20T00:00:00.0000000Z","cost":0.0015,"billingCurrency":"USD","quantity":10,"meterDetails":{"meterName":"gpt-5-Inp-glbl Tokens","unitOfMeasure":"1K"}}}"#
        let answer = try read(.azure, #"{"value":[\#(line),\#(line)]}"#)
        #expect(answer.charges.count == 1 && answer.charges[0].input == 10_000 && answer.charges[0].model == "gpt-5")
        let query =
            #"{"properties":{"nextLink":null,"columns":[{"name":"PreTaxCost"},{"name":"UsageDate"},{"name":"Meter"},{"name":"Currency"}],"rows":[[1.5,20261120,"gpt-5 Inp Tokens","USD"]]}}"#
        let asked = try read(.azure, query)
        #expect(asked.charges.map(\.day) == ["2026-11-20"] && sum(asked) == 1_500_000_000)
    }

    @Test func googleIsReadAsRowsAndAsTheConsolesTable() throws {
        let row =
            #"{"service":{"description":"Gemini API"},"sku":{"description":"Generate content input token count gemini 3 flash text"},"usage_start_time":"2026-11-20 08:00:00 UTC","cost":"1.5E-3","currency":"USD","cost_type":"regular","usage":{"amount":"1000","unit":"count"},"credits":[{"name":"Promotion","amount":-0.001}]}"#
        let rows = try read(.google, row + "\n" + row.replacing("08:00", with: "09:00"))
        #expect(
            rows.charges.map(\.model) == ["gemini 3 flash", "credit: Promotion", "gemini 3 flash", "credit: Promotion"])
        #expect(rows.charges.map(\.isFee) == [false, true, false, true] && rows.charges[0].input == 1_000)
        let flat = "service_description,sku_description,usage_start_time,cost,currency,usage_amount,usage_unit\n"
        let csv = try read(
            .google,
            flat + """
                Vertex AI,Gemini 3 Flash GA Text Output - Predictions,2026-11-20 23:00:00-05:00,0.5,USD,100,count
                Compute Engine,N1,2026-11-20 08:00:00 UTC,9,USD,1,hour

                """)
        #expect(csv.charges.map(\.day) == ["2026-11-21"] && csv.charges[0].output == 100)
        let console = """
            Invoice number,1
            Currency,EUR
            Service description,SKU description,Credit type,Cost type,Usage start date,Usage end date,Usage amount,Usage unit,Unrounded cost (€),Cost (€)
            Gemini API,Generate content output token count gemini 3 flash text,,Usage,2026-11-20,2026-11-20,"1,000",count,1.234567,1.23
            ,,,,,,,,,1.23

            """
        let table = try read(.google, console)
        #expect(
            table.charges.map(\.currency) == [.eur] && sum(table) == 1_234_567_000 && table.charges[0].output == 1_000)
        #expect(throws: ReportError.self) {
            try read(.google, console.replacing("2026-11-20,2026-11-20", with: "2026-11-01,2026-11-30"))
        }
    }
}
