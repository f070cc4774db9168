import CivilTime
import Crypto
import Inference
package import JSON
package import PluginKit

extension BudgetAlert {
    /// The alert as JSON, the body of a webhook's message.
    package func write(to body: inout JSONWriter) {
        body.beginObject()
        body.member("id", id)
        body.member("type", name)
        body.member("at", Timestamp.format(at))
        body.member("basis", basis.rawValue)
        body.name("share")
        body.raw(Array(share.utf8))
        body.name("budget")
        writeBudget(to: &body)
        if let needed { body.member("needed", Money.decimal(nano: needed.nano)) }
        body.endObject()
    }

    /// What has happened, for programs.
    package var name: String { basis == .exhausted ? "budget.exhausted" : "budget.alert" }

    private func writeBudget(to body: inout JSONWriter) {
        func money(_ name: StaticString, _ amount: Money) { body.member(name, Money.decimal(nano: amount.nano)) }
        body.beginObject()
        body.member("scope", account.scope.rawValue)
        body.member("name", account.name)
        body.member("window", window.rawValue)
        body.member("label", label)
        body.member("zone", zone)
        body.member("from", Timestamp.format(startsAt))
        body.member("to", Timestamp.format(endsAt))
        body.member("currency", limit.currency.code)
        money("limit", limit)
        money("posted", posted)
        money("held", held)
        body.endObject()
    }

    /// The share of the limit as a decimal number, such as `0.8`.
    package var share: String {
        var digits = String(ppm % 1_000_000 + 1_000_000).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return digits.isEmpty ? "\(ppm / 1_000_000)" : "\(ppm / 1_000_000).\(digits)"
    }
}

/// Shows a receiver that a message comes from this gateway and is not an old one: `t=SECONDS,v1=HEX`, where the digits
/// are HMAC-SHA256 over `SECONDS.BODY`.
enum WebhookSignature {
    static func header(of body: [UInt8], secret: String, at seconds: Int64) -> String {
        let signed = Array("\(seconds).".utf8) + body
        let digest = HMAC.sha256(key: Array(secret.utf8), message: signed)
        return "t=\(seconds),v1=\(digest.hex)"
    }
}
