package import Inference

/// Whether the figures that a vendor reports can be: they are held against each other, against the text that came, and
/// against the limit that was sent.
package struct UsageCheck: Sendable, Hashable {
    /// What becomes of the figures.
    package enum Verdict: Sendable, Hashable {
        /// They are billed as they are reported.
        case taken
        /// They are billed, in the dearer reading where they contradict each other.
        case counted
        /// Nobody can believe them: the call is billed at its bound.
        case presumed
    }

    package var endpoint: OpenAIRequest.Endpoint
    /// The most output tokens of all choices, where a limit was sent.
    package var outputLimit: Int64?

    package init(_ endpoint: OpenAIRequest.Endpoint, outputLimit: Int64?) {
        self.endpoint = endpoint
        self.outputLimit = outputLimit
    }

    /// More tokens than any model reads or writes in one call.
    private static let most: Int64 = 20_000_000
    /// No token stands for more bytes of text, and this much may stand around it.
    private static let (bytesOfToken, bytesAround): (Int64, Int64) = (128, 256)

    /// Returns what becomes of figures, and the names of those that cannot be.
    ///
    /// - Parameters:
    ///   - usage: what an answer or a failure reports.
    ///   - reading: of the answer; nil for a failure that came without one.
    package func verdict(on usage: Usage, of reading: AnswerReading?) -> (verdict: Verdict, names: [String]) {
        let incredible = incredible(usage, reading)
        var names = incredible.union(reading?.implausible ?? [])
        if let outputLimit, usage.totalOutput > outputLimit { names.insert("output") }
        // Nothing was said either: it costs nothing, and somebody should look at it.
        if usage.totalInput == 0, usage.extras == nil { names.insert("input") }
        let isCounted = reading?.isCounted == true
        return (!incredible.isEmpty ? .presumed : isCounted ? .counted : .taken, names.sorted())
    }

    private func incredible(_ usage: Usage, _ reading: AnswerReading?) -> Set<String> {
        let (read, written) = (usage.totalInput, usage.totalOutput)
        var names: Set<String> = []
        if read > UsageCheck.most { names.insert("input") }
        if written > UsageCheck.most { names.insert("output") }
        guard let reading else { return names }
        let isPrinted = reading.textBytes > 0 || endpoint == .embeddings
        if read == 0, isPrinted || written > 0 { names.insert("input") }
        guard endpoint != .embeddings, reading.textBytes > 0 else { return names }
        let isText = usage.audioOutput == 0 && usage.imageOutput == 0
        let most = written.multipliedClamped(by: UsageCheck.bytesOfToken).addingClamped(UsageCheck.bytesAround)
        if written == 0 || isText && reading.plainBytes > most { names.insert("output") }
        // It was said when the answer was not yet written.
        if reading.textBytes > reading.textBytesAtUsage { names.insert("output") }
        return names
    }
}
