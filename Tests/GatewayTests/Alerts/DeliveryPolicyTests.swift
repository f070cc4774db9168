import Inference
import JSON
import PluginKit
import Testing

@testable import Gateway

@Suite struct DeliveryPolicyTests {
    private let policy = DeliveryPolicy()

    private func verdict(
        _ result: DeliveryPolicy.Result, tries: Int = 1, age: Duration = .zero, jitter: Double = 1
    ) -> DeliveryPolicy.Verdict {
        policy.verdict(result, tries: tries, age: age, jitter: jitter)
    }

    @Test func onlyAnAnswerOfTwoHundredAndSomethingIsADelivery() {
        #expect([200, 202, 204].allSatisfy { verdict(.status($0)) == .delivered })
        #expect(
            [100, 301, 302, 400, 401, 404, 429, 500].allSatisfy { verdict(.status($0)) == .again(after: .seconds(1)) })
        #expect(verdict(.failed("no route")) == .again(after: .seconds(1)))
    }

    @Test func pausesDoubleUpToAnHour() {
        let pauses = (1...14).map { verdict(.status(500), tries: $0) }
        #expect(pauses[..<4] == [1, 2, 4, 8].map { .again(after: .seconds($0)) }[...])
        #expect(pauses[11] == .again(after: .seconds(2048)))
        #expect(pauses[12] == .again(after: .seconds(3_600)))
        #expect(verdict(.status(500), tries: .max) == .again(after: .seconds(3_600)))
        #expect(verdict(.status(500), tries: 3, jitter: 0.5) == .again(after: .seconds(2)))
    }

    @Test func aReceiverThatIsGoneAndAnAlertThatIsOldAreGivenUp() {
        guard case .givenUp = verdict(.status(410)) else { return #expect(Bool(false), "410 is for ever") }
        guard case .givenUp = verdict(.status(503), age: .seconds(3 * 86_400)) else {
            return #expect(Bool(false), "after three days nobody needs to be told")
        }
        #expect(verdict(.status(200), age: .seconds(4 * 86_400)) == .delivered)
    }
}

@Suite struct AlertMessageTests {
    private let alert = BudgetAlert(
        id: "alert-7", at: 1_795_219_200_000, account: Account(.application, "bot"), window: .day, label: "2026-11-21",
        zone: "UTC", startsAt: 1_795_219_200_000, endsAt: 1_795_305_600_000, ppm: 800_000, basis: .held,
        limit: Money(nano: 5_000_000_000, .usd), posted: Money(nano: 1, .usd), held: Money(nano: 4_000_000_000, .usd))

    @Test func theMessageSaysWhichBudgetHasReachedWhat() {
        var body = JSONWriter()
        alert.write(to: &body)
        #expect(
            String(decoding: body.bytes, as: UTF8.self)
                == #"{"id":"alert-7","type":"budget.alert","at":"2026-11-21T00:00:00Z","basis":"held","share":0.8,"#
                + #""budget":{"scope":"application","name":"bot","window":"day","label":"2026-11-21","zone":"UTC","#
                + #""from":"2026-11-21T00:00:00Z","to":"2026-11-22T00:00:00Z","currency":"USD","#
                + #""limit":"5.000000000","posted":"0.000000001","held":"4.000000000"}}"#)
    }

    @Test(arguments: [(1, "0.000001"), (500_000, "0.5"), (800_000, "0.8"), (1_000_000, "1"), (1_250_000, "1.25")])
    func sharesAreDecimalNumbers(ppm: Int, text: String) {
        var alert = alert
        alert.ppm = ppm
        #expect(alert.share == text)
    }

    /// Computed with Python's `hmac`.
    @Test func theSignatureIsHMACOverTimeAndBody() {
        #expect(
            WebhookSignature.header(of: Array("{}".utf8), secret: "0123456789abcdefghijkl", at: 1_795_219_200)
                == "t=1795219200,v1=a50bbb49f17227f169da7b55e900d02214971302277dca7596357e854b0fa30e")
    }
}
