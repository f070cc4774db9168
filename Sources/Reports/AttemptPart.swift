import CivilTime
import Crypto
import Inference
import Ledger

/// One attempt on the page of its request.
struct AttemptPart {
    private let attempt: AttemptDetail

    init(_ attempt: AttemptDetail) {
        self.attempt = attempt
    }

    func write(to page: inout Page) {
        page.title("attempt \(attempt.attempt): \(attempt.provider)/\(attempt.upstreamModel)")
        page.line("state", state)
        page.line("upstream", upstream)
        page.line("sent", attempt.sentDigest.map { "sha256 \($0.hex)" })
        page.line("admitted", Timestamp.format(attempt.admittedAt, fraction: true) + times)
        let quote = attempt.quote
        let tokens =
            "up to \(Figures.count(quote.inputTokensMax)) tokens in and \(Figures.count(quote.outputTokensMax)) out"
        page.line("bound", "\(quote.bound?.description ?? "unknown"), \(tokens)")
        page.line("usage", usage)
        page.line("pieces", pieces)
        page.line(
            "vendor's cost", attempt.settlement?.usage.vendorCostText.map { "\($0) USD, as the vendor reports it" })
        page.line("tier", attempt.settlement?.tier)
        page.line("price", price)
        page.line("cost", cost)
        for line in attempt.lines { page.line("budget", text(line)) }
        for adjustment in attempt.adjustments { page.line("correction", text(adjustment)) }
    }

    private var state: String {
        let basis =
            switch attempt.settlement?.basis {
            case .reported: ": the vendor reported the usage"
            case .counted: ": the gateway counted what it saw"
            case .presumed: ": its end is unknown, so it is charged at its bound"
            case .notBilled: ": certainly not billed"
            case nil: ": under way, its bound is held"
            }
        return attempt.state.rawValue + basis
    }

    private var upstream: String? {
        let parts = [
            attempt.upstreamStatus.map { "status \($0)" }, attempt.errorCode,
            attempt.servedModel.map {
                "served by \($0)\(attempt.isServedByAnother ? ", not the model asked for" : "")"
            },
            attempt.upstreamRequestID.map { "its id \($0)" },
        ]
        let known = parts.compactMap(\.self)
        return known.isEmpty ? nil : known.joined(separator: ", ")
    }

    private var times: String {
        let took = attempt.durationMs.map { ", took \(Figures.duration(milliseconds: $0))" } ?? ""
        let first = attempt.firstByteMs.map { ", first byte after \(Figures.duration(milliseconds: $0))" } ?? ""
        return took + first
    }

    private var usage: String? {
        guard let settlement = attempt.settlement, settlement.basis != .notBilled else { return nil }
        return settlement.usage.classes.map { "\(Figures.count($0.tokens)) \($0.name)" }.joined(separator: ", ")
    }

    /// Each at its price where the book has one.
    private var pieces: String? {
        let parts = (attempt.settlement?.usage.pieces ?? []).map { name, count in
            let each = attempt.price.flatMap { price in
                price.perCall[name].map { " at \(Figures.price($0)) \(price.currency)" }
            }
            return "\(Figures.count(count)) \(name)\(each ?? "")"
        }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    private var price: String {
        if attempt.isFree { return "free, as the configuration says" }
        guard let price = attempt.price else { return "none in the price book: the cost is unknown, not zero" }
        let rates = price.rates
        return "input \(Figures.price(rates.input)), output \(Figures.price(rates.output)) \(price.currency) "
            + "per million tokens, from \(price.from) (\(price.source))"
    }

    private var cost: String? {
        guard let settlement = attempt.settlement else { return nil }
        let prefix = "implausible:"
        let odd = settlement.unpricedClasses.filter { !$0.hasPrefix(prefix) }
        let unbelieved = settlement.unpricedClasses.filter { $0.hasPrefix(prefix) }.map { $0.dropFirst(prefix.count) }
        return (settlement.cost?.description ?? "unknown")
            + (odd.isEmpty ? "" : "; without a price of their own: \(odd.joined(separator: ", "))")
            + (unbelieved.isEmpty ? "" : "; the vendor's figures cannot be: \(unbelieved.joined(separator: ", "))")
    }

    private func text(_ line: LineDetail) -> String {
        let posted = line.posted.map { "charged \($0)" } ?? "not settled yet"
        let rate = line.fx.map { "; 1 \($0.base) = \(Money.decimal(nano: $0.nano)) \($0.quote) of \($0.day)" } ?? ""
        return "\(line.account.scope.rawValue) \(line.account.name), \(line.window.rawValue) \(line.label): "
            + "held \(line.held), \(posted)\(rate)"
    }

    private func text(_ adjustment: Adjustment) -> String {
        "\(Money.decimal(nano: adjustment.nano))\(attempt.currency(of: adjustment).map { " \($0)" } ?? "")"
            + " (\(adjustment.kind.rawValue)) by \(adjustment.by), "
            + "\(Timestamp.format(adjustment.at)): \(adjustment.reason)"
    }
}
