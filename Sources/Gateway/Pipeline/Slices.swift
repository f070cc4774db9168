import Inference
import Ledger
import NetIO
import PluginKit

/// How far the hold of a stream reaches that is held slice by slice. Lives on one loop.
///
///     granted ──written comes near──▶ a larger hold is asked for, beside the stream
///                                        ├ extended ──▶ granted again
///                                        └ no room ───▶ final: used up, then cut
///
/// What is written is counted in bytes of text, of which every token covers at least one; so a stream is cut early rather
/// than late. What the vendor writes after it was left is the slack, which is held all along.
final class SliceMeter {
    /// Output tokens that the hold covers, the slack aside.
    private(set) var granted: Int64
    /// The limit that was sent to the vendor, for all choices: the hold never needs to be larger.
    let full: Int64
    private let slack: Int64
    private let ahead: Int64
    private(set) var written: Int64 = 0
    private(set) var isFinal = false
    private(set) var extensions = 0
    private var isAsking = false
    private var waiting: UnsafeContinuation<Void, Never>?

    init(_ settings: SliceSettings, full: Int64, slack: Int64) {
        granted = min(full, settings.first)
        ahead = settings.ahead
        self.full = full
        self.slack = slack
    }

    /// The most output tokens that the vendor can bill as far as the hold reaches now.
    var bound: Int64 { bound(of: granted) }

    /// What the next, larger hold would reach to: twice as far, and beyond what is written already.
    var next: Int64 {
        min(full, max(granted.addingClamped(granted), written.addingClamped(ahead).addingClamped(1)))
    }

    func bound(of tokens: Int64) -> Int64 { min(full, tokens.addingClamped(slack)) }

    /// What has been written so far and may still be billed when the vendor is left now.
    var counted: Int64 { min(bound, written.addingClamped(slack)) }

    /// True once the vendor has written what the hold covers and there will be no more of it.
    var isUsedUp: Bool { written >= granted && granted < full }

    /// Takes note of what was written; returns whether a larger hold should be asked for now.
    func note(_ bytes: Int64) -> Bool {
        written = bytes
        guard !isAsking, !isFinal, granted < full, written.addingClamped(ahead) >= granted else { return false }
        isAsking = true
        return true
    }

    func extended(to tokens: Int64) {
        granted = tokens
        extensions += 1
        answered()
    }

    /// There is no more.
    func refused() {
        isFinal = true
        answered()
    }

    /// Returns when the hold covers what was written, or never will.
    func settled() async {
        while isUsedUp, isAsking { await withUnsafeContinuation { waiting = $0 } }
    }

    private func answered() {
        isAsking = false
        let continuation = waiting
        waiting = nil
        continuation?.resume()
    }
}

extension RequestHandler {
    /// Lets a stream that is held in slices go on, or returns false when it must be cut.
    ///
    /// - Parameter written: bytes of text so far.
    func covers(_ call: InferenceCall, _ attempt: Attempt, written: Int64) async -> Bool {
        guard let meter = attempt.meter else { return true }
        repeat {
            if meter.note(written) { reactor.spawn { await self.extend(call, attempt, meter) } }
            await meter.settled()
        } while meter.isUsedUp && !meter.isFinal
        return !meter.isUsedUp
    }

    /// Asks for a hold that reaches twice as far.
    private func extend(_ call: InferenceCall, _ attempt: Attempt, _ meter: SliceMeter) async {
        let next = meter.next
        var quote = attempt.quote
        quote.outputTokensMax = meter.bound(of: next)
        quote.bound = attempt.bound(output: quote.outputTokensMax)
        guard let admission = try? await call.generation.plugins.admit(call.forPlugins, quote) else {
            return meter.refused()
        }
        let wish = HoldExtension(
            request: call.id, attempt: attempt.number, seq: meter.extensions + 1, quote: quote, lines: admission.lines)
        switch await gateway.ledger.extend(wish) {
        case .extended(let periods):
            attempt.quote = quote
            call.noteStanding(periods)
            meter.extended(to: next)
        case .final(let periods):
            call.exhausted = NoRoom.exhausted(of: admission.lines, periods)
            meter.refused()
        case .missing, .unavailable:
            meter.refused()
        }
    }
}
