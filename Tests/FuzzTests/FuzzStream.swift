import HTTPTypes
import Inference
import Providers

/// However a stream is cut, the client gets the same bytes and the same usage is read; nothing is billed below zero.
func fuzzStream(_ bytes: [UInt8]) {
    let relays: [any StreamRelay] = [
        OpenAIStreamRelay(hidesUsage: true), ResponsesStreamRelay(), ResponsesBridgeRelay(.forFuzzing),
    ]
    for relay in relays {
        let whole = relayed([bytes], relay)
        precondition(whole == relayed(bytes.pieces(), relay), "a cut changed the stream")
        check(whole)
    }
}

private func check(_ whole: Relayed) {
    guard let usage = whole.reading.usage else { return }
    precondition(BillingClass.all.allSatisfy { usage[$0] >= 0 }, "negative usage")
    let price = Price(
        provider: "p", model: "m", from: "2026-01-01", currency: .usd, rates: Rates(input: .max, output: .max),
        source: "")
    precondition((price.charge(for: usage)?.nano ?? 0) >= 0, "a negative charge")
}

private struct Relayed: Equatable {
    var output: [UInt8] = []
    var terminator: [UInt8] = []
    var failure: StreamFailure.Kind?
    var reading = AnswerReading()
}

private func relayed(_ pieces: [[UInt8]], _ start: any StreamRelay) -> Relayed {
    var relay = start
    var result = Relayed()
    do {
        for piece in pieces { try relay.feed(piece, into: &result.output) }
        try relay.end(into: &result.output)
    } catch {
        result.failure = error.kind
    }
    result.terminator = relay.terminator
    result.reading = relay.reading
    return result
}
