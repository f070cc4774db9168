import Inference
import JSON

/// The figures of OpenAI's dialect on all its APIs, and what single vendors add to them; see ``UsageNames``.
///
/// `prompt` is a total that includes cached, written, audio and image tokens; `completion` includes reasoning.
struct OpenAIUsage: UsageReader {
    private let writes: Bool
    private var figures = ReportedFigures()
    private var pieces = VendorPieces()
    private var isUnreadable = false

    /// - Parameter writes: whether the API has output at all: embeddings have none.
    init(writes: Bool = true) {
        self.writes = writes
    }

    /// Whether the vendor has said how many searches there were; none is a number, too.
    var countsSearches: Bool { pieces.countsSearches }

    mutating func update(_ usage: JSONNode, of document: JSONDocument) {
        figures.update(with: ReportedFigures(usage, of: document))
        pieces.update(usage, of: document)
    }

    /// Notes that a usage came which is no object.
    mutating func noteUnreadable() { isUnreadable = true }

    /// Takes `tool_usage`, which stands beside `usage` in an answer of the Responses API.
    mutating func update(tools: JSONNode, of document: JSONDocument) {
        pieces.update(tools, of: document)
    }

    /// Figures that are unreadable, or contradict each other.
    var implausible: [String] {
        var names = Set((figures.unreadable + figures.contradicted).map(\.name)).union(pieces.implausible)
        if let totals { names.formUnion(totals.implausible) }
        if isUnreadable { names.insert("usage") }
        if figures[.total] != nil, figures[.prompt] == nil, figures[.completion] == nil, missedAndCached == nil, writes
        {
            names.insert("total")
        }
        return names.sorted()
    }

    /// No class is negative: a part that is larger than what is left of its total is cut to that, and named.
    var billed: BilledUsage? {
        guard let totals else { return nil }
        var parts = UsageParts(of: totals.read)
        var usage = Usage()
        usage.cachedInput = parts.take(figures[.cached] ?? figures[.cacheRead], "cached_input")
        var written = UsageParts(of: parts.take(self.written, "cache_write"))
        usage.cacheWrite12h = written.take(figures[.written12h], "cache_write_12h")
        usage.cacheWrite1h = written.take(figures[.written1h], "cache_write_1h")
        usage.cacheWrite = written.rest
        usage.audioInput = parts.take(figures[.audioInput], "audio_input")
        usage.imageInput = parts.take(figures[.imageInput], "image_input")
        usage.input = parts.rest
        var outputs = UsageParts(of: totals.completion)
        usage.audioOutput = outputs.take(figures[.audioOutput], "audio_output")
        usage.imageOutput = outputs.take(figures[.imageOutput], "image_output")
        usage.output = outputs.rest.addingClamped(totals.beside)
        usage.reasoning = max(figures[.reasoning] ?? 0, totals.unnamed)
        usage.extras = pieces.extras
        return BilledUsage(
            usage: usage, clamped: parts.clamped + written.clamped + outputs.clamped,
            isCounted: !figures.contradicted.isEmpty || !totals.implausible.isEmpty)
    }

    /// By lifetime, in all, or both.
    private var written: Int64? {
        let byLifetime = [UsageFigure.written5m, .written1h, .written12h].compactMap { figures[$0] }
        let sum = byLifetime.isEmpty ? nil : byLifetime.reduce(Int64(0)) { $0.addingClamped($1) }
        return [figures[.written], figures[.cacheCreated], sum].compactMap(\.self).max()
    }

    private var missedAndCached: Int64? { figures[.missed].map { $0.addingClamped(figures[.cached] ?? 0) } }
}

// MARK: Totals

extension OpenAIUsage {
    /// What was read and written in all, and what had to be made of figures that do not fit each other.
    private struct Totals {
        var read: Int64
        var completion: Int64
        /// Written and not in ``completion``.
        var beside: Int64 = 0
        /// The part of ``beside`` that only the total tells of.
        var unnamed: Int64 = 0
        var implausible: [String] = []
    }

    /// Nil when one of the two is missing or unreadable, and nothing else tells it.
    private var totals: Totals? {
        guard !figures.isUnreadable(.prompt), !writes || !figures.isUnreadable(.completion) else { return nil }
        guard let (prompt, completion) = base else { return nil }
        var totals = Totals(read: prompt, completion: completion)
        if isCacheBeside(prompt, completion) {
            totals.read = [figures[.cacheRead], written].compactMap(\.self).reduce(prompt) { $0.addingClamped($1) }
        }
        guard writes else { return totals }
        let sum = totals.read.addingClamped(completion)
        let reasoning = figures[.reasoning] ?? 0
        if let total = figures[.total], reasoning > 0, total != sum, total == sum.addingClamped(reasoning) {
            totals.beside = reasoning  // as xAI does
        } else if reasoning > completion {
            totals.beside = reasoning
            if pieces.cost == nil { totals.implausible.append("reasoning") }
        } else if let total = figures[.total], total > sum {
            // Thoughts that Gemini counts in the total alone; whatever it is, it is no less than this.
            totals.unnamed = total - sum
            totals.beside = totals.unnamed
            totals.implausible.append("total")
        } else if let total = figures[.total], total < sum {
            totals.implausible.append("total")
        }
        return totals
    }

    /// What was read and written, each as it is reported or as the total tells it.
    private var base: (prompt: Int64, completion: Int64)? {
        let (total, prompt) = (figures[.total], figures[.prompt] ?? missedAndCached)
        guard writes else { return (prompt ?? total).map { ($0, 0) } }
        switch (prompt, figures[.completion]) {
        case (let prompt?, let completion?): return (prompt, completion)
        case (let prompt?, nil): return total.flatMap { $0 >= prompt ? (prompt, $0 - prompt) : nil }
        case (nil, let completion?): return total.flatMap { $0 >= completion ? ($0 - completion, completion) : nil }
        case (nil, nil): return nil
        }
    }

    /// Whether what a cache gave or took stands beside the prompt, as Anthropic has it, and not in it: the total tells, else
    /// the names do.
    private func isCacheBeside(_ prompt: Int64, _ completion: Int64) -> Bool {
        guard figures[.cached] == nil, figures[.written] == nil else { return false }
        let cache = (figures[.cacheRead] ?? 0).addingClamped(written ?? 0)
        guard cache > 0 else { return false }
        let sum = prompt.addingClamped(completion)
        if let total = figures[.total] { return total != sum && total == sum.addingClamped(cache) }
        return figures.usesInputName || cache > prompt
    }
}
