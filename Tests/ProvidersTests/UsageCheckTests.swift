import Inference
import Providers
import Testing

/// Figures of a vendor that cannot be, and honest ones beside them.
@Suite struct UsageCheckTests {
    private func verdict(
        _ usage: Usage, text: Int64, atUsage: Int64? = nil, plain: Int64? = nil, limit: Int64? = 1000,
        _ endpoint: OpenAIRequest.Endpoint = .chatCompletions
    ) -> (UsageCheck.Verdict, [String]) {
        var reading = AnswerReading()
        (reading.textBytes, reading.textBytesAtUsage, reading.plainBytes) = (text, atUsage ?? text, plain ?? text)
        return UsageCheck(endpoint, outputLimit: limit).verdict(on: usage, of: reading)
    }

    private func expect(
        _ found: (UsageCheck.Verdict, [String]), _ verdict: UsageCheck.Verdict, _ names: [String],
        _ place: SourceLocation = #_sourceLocation
    ) {
        #expect(found.0 == verdict && found.1 == names, "\(found)", sourceLocation: place)
    }

    @Test func honestFiguresAreTaken() {
        expect(verdict(Usage(input: 9, output: 2), text: 8), .taken, [])
        expect(verdict(Usage(input: 9, output: 900), text: 8), .taken, [])  // it has thought
        expect(verdict(Usage(input: 9, output: 0), text: 0), .taken, [])
        expect(verdict(Usage(input: 9, output: 40), text: 90_000, plain: 160), .taken, [])  // it quotes what it found
        expect(verdict(Usage(input: 9, output: 0), text: 0, .embeddings), .taken, [])
        var sound = Usage(input: 9, output: 0)
        sound.audioOutput = 10
        expect(verdict(sound, text: 90_000), .taken, [])
    }

    @Test func zeroBesideTextIsPresumed() {
        expect(verdict(Usage(input: 0, output: 0), text: 8), .presumed, ["input", "output"])
        expect(verdict(Usage(input: 9, output: 0), text: 8), .presumed, ["output"])
        expect(verdict(Usage(input: 0, output: 3), text: 8), .presumed, ["input"])
        expect(verdict(Usage(input: 0, output: 0), text: 0, .embeddings), .presumed, ["input"])
        expect(verdict(Usage(input: 0, output: 0), text: 0), .taken, ["input"])  // nothing was said
    }

    @Test func tooFewTokensForTheTextArePresumed() {
        expect(verdict(Usage(input: 9, output: 1), text: 4000), .presumed, ["output"])
    }

    @Test func figuresFromBeforeTheTextArePresumed() {
        expect(verdict(Usage(input: 10, output: 1), text: 11, atUsage: 0), .presumed, ["output"])
    }

    @Test func moreThanTheLimitIsBilledAndFlagged() {
        expect(verdict(Usage(input: 9, output: 1001), text: 4000), .taken, ["output"])
        expect(verdict(Usage(input: 9, output: 1001), text: 4000, limit: nil), .taken, [])
    }

    @Test func moreThanAnyModelReadsOrWritesIsPresumed() {
        expect(verdict(Usage(input: 1_000_000_000_000_000_000, output: 3), text: 8), .presumed, ["input"])
        expect(verdict(Usage(input: 9, output: 1_000_000_000), text: 8), .presumed, ["output"])
    }
}
