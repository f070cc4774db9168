package import Inference

extension HostedTools {
    /// Why nobody can say what a tool will cost at most.
    package enum Gap: Sendable, Hashable {
        /// The price book has no `per_call` price for it.
        case unpriced(Tool)
        /// Nothing says how often it is called; the flag tells whether the vendor would take a limit.
        case unbounded(Tool, takesLimit: Bool)
    }

    /// The first thing that keeps ``fees(at:choices:)`` from being a bound; nil when it is one.
    package func gap(at price: Price) -> Gap? {
        for tool in tools {
            guard let each = price.perCall[tool.piece] else { return .unpriced(tool) }
            // Free calls still make the model read its input again.
            guard billings(of: tool) != nil || each == 0, limit(of: tool) != nil || !tool.isLoop else {
                return .unbounded(tool, takesLimit: tool.takesLimit)
            }
        }
        return nil
    }

    /// The most that the pieces of all choices cost, in nano-units; `Int64.max` for more than that.
    ///
    /// A tool that nobody limits counts as called once, and one without a price as free.
    package func fees(at price: Price, choices: Int64) -> Int64 {
        var (sum, once, dearestShared) = (Int128(0), Int64(0), Int64(0))
        for tool in tools {
            let each = each(tool, price)
            if tool.isOnce {
                once = once.addingClamped(each)
            } else if tool.sharesLimit, sharedLimit != nil {
                dearestShared = max(dearestShared, each)
            } else {
                sum += Int128(limit(of: tool) ?? 1) * Int128(each)
            }
        }
        return clamped(sum + Int128(sharedLimit ?? 0) * Int128(dearestShared), choices).addingClamped(once)
    }

    /// Whether the model reads what the vendor finds, beside what the request says.
    package var bringInput: Bool { tools.contains { $0.piece != HostedTools.requestPiece } }

    /// How often the model reads its input at most: once, and again after each call.
    package func readings(choices: Int64) -> Int64 {
        let looping = tools.filter(\.isLoop)
        guard !looping.isEmpty else { return 1 }
        let own = looping.filter { !$0.sharesLimit || sharedLimit == nil }
        let calls = own.reduce(Int128(sharedLimit ?? 0)) { $0 + Int128(limit(of: $1) ?? 1) }
        return clamped(calls, choices).addingClamped(1)
    }

    /// Books searches on the tool that the request has for them: answers count those of an earlier tool under the later
    /// one's name. With both tools in the request, as many as can be are the dearer one's.
    package func attributeSearches(in usage: inout Usage, at price: Price, choices: Int64) {
        let (earlier, later) = (HostedTools.preview, "web_search")
        guard let count = usage.extras?[later], tools.contains(where: { $0.piece == earlier }) else { return }
        var moved = count
        if tools.contains(where: { $0.piece == later }) {
            let isDearer = price.perCall[earlier] ?? 0 > price.perCall[later] ?? 0
            let most = mostCalls(of: isDearer ? earlier : later, choices)
            moved = isDearer ? min(count, most) : max(0, count.subtractingClamped(most))
        }
        guard moved > 0 else { return }
        usage.extras?[later] = moved < count ? count - moved : nil
        usage.extras?[earlier] = moved
    }

    /// `Int64.max` where nobody says.
    private func mostCalls(of piece: String, _ choices: Int64) -> Int64 {
        let offered = tools.filter { $0.piece == piece }
        guard offered.allSatisfy({ limit(of: $0) != nil }) else { return .max }
        let own = offered.filter { !$0.sharesLimit }.reduce(Int128(0)) { $0 + Int128($1.limit ?? 0) }
        let shared = offered.contains(where: \.sharesLimit) ? sharedLimit ?? 0 : 0
        return clamped(own + Int128(shared), choices)
    }

    /// Pieces that the vendor bills and its usage does not count, at their most; what nobody limits is left out.
    ///
    /// - Parameter reported: what the vendor did count.
    package func uncounted(beside reported: Usage, at price: Price, choices: Int64) -> [String: Int64] {
        let silent = tools.filter { !$0.isReported && reported.extras?[$0.piece] == nil }
        var counts: [String: Int64] = [:]
        for tool in silent where !isWithinSharedLimit(tool) {
            guard let limit = billings(of: tool), limit > 0 else { continue }
            let count = tool.isOnce ? 1 : clamped(Int128(limit), choices)
            counts[tool.piece] = (counts[tool.piece] ?? 0).addingClamped(count)
        }
        let sharing = silent.filter(isWithinSharedLimit)
        guard let sharedLimit, let dearest = sharing.max(by: { each($0, price) < each($1, price) })
        else { return counts }
        let counted = Set(tools.filter(isWithinSharedLimit).map(\.piece))
            .reduce(Int128(0)) { $0 + Int128(reported.extras?[$1] ?? 0) }
        let left = clamped(Int128(sharedLimit), choices).subtractingClamped(Int64(clamping: counted))
        if left > 0 { counts[dearest.piece] = (counts[dearest.piece] ?? 0).addingClamped(left) }
        return counts
    }

    /// The pieces of tools that nobody limits and no usage counts: what was billed for them stays unknown.
    package var unknown: [String] {
        Set(tools.filter { !$0.isReported && billings(of: $0) == nil }.map(\.piece)).sorted()
    }

    /// How often it is billed at most.
    private func billings(of tool: Tool) -> Int64? { tool.isOnce ? 1 : limit(of: tool) }

    private func isWithinSharedLimit(_ tool: Tool) -> Bool { tool.sharesLimit && !tool.isOnce }

    /// How often it is called at most.
    private func limit(of tool: Tool) -> Int64? { tool.sharesLimit ? sharedLimit : tool.limit }

    private func each(_ tool: Tool, _ price: Price) -> Int64 { price.perCall[tool.piece] ?? 0 }

    private func clamped(_ count: Int128, _ choices: Int64) -> Int64 {
        // Both are at most 2^63, and their product below the bound of 128 bits.
        Int64(clamping: min(count, Int128(Int64.max)) * Int128(max(1, choices)))
    }
}
