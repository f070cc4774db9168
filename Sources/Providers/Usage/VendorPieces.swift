import Inference
import JSON

/// What a vendor bills by the piece, and what the whole call cost by its own account; see ``UsageNames``.
struct VendorPieces: Sendable, Hashable {
    private(set) var counts: [String: Int64] = [:]
    /// In nano-dollars; nil when the vendor names none above zero.
    private(set) var cost: Int64?
    /// Whether the vendor has said how many searches there were; none is a number, too.
    private(set) var countsSearches = false
    /// Names of figures that are no counts.
    private(set) var implausible: Set<String> = []

    /// The pieces and the cost as a usage has them; nil for none.
    var extras: [String: Int64]? {
        guard let cost else { return counts.isEmpty ? nil : counts }
        return counts.merging([Usage.vendorCost: cost]) { $1 }
    }

    /// - Parameter object: a usage, or what stands in one or beside it and counts tools.
    mutating func update(_ object: JSONNode, of document: JSONDocument) {
        for (name, value) in document.members(of: object) {
            if let piece = UsageNames.meaning(of: name, in: UsageNames.pieces, document) {
                note(piece, value, document)
            } else if UsageNames.lists(name, in: UsageNames.toolDetails, document) {
                for (tool, count) in document.members(of: value) {
                    guard let piece = UsageNames.meaning(of: tool, in: UsageNames.tools, document) else { continue }
                    note(piece, count, document)
                }
            } else if document.equals(name, "tool_usage") {
                update(value, of: document)
            } else if document.equals(name, "web_search"),
                let count = document.member("num_requests", of: value)
            {
                note("web_search", count, document)
            } else if let power = UsageNames.meaning(of: name, in: UsageNames.costs, document) {
                note(cost: value, power, of: object, document)
            }
        }
    }

    private mutating func note(_ piece: String, _ value: JSONNode, _ document: JSONDocument) {
        switch ReportedFigure(value, of: document) {
        case .missing: return
        case .unreadable: implausible.insert(piece)
        case .count(let count):
            if piece == "web_search" { countsSearches = true }
            if count > 0 { counts[piece] = max(count, counts[piece] ?? 0) }
        }
    }

    /// Takes the first cost that is above zero. Perplexity's is an object, whose `total_cost` counts.
    private mutating func note(cost value: JSONNode, _ power: Int, of usage: JSONNode, _ document: JSONDocument) {
        let node = document.kind(value) == .object ? document.member("total_cost", of: value) : value
        guard let node, document.kind(node) != .null, document.kind(node) != .object else { return }
        guard let own = VendorPieces.nano(node, power, document), own >= 0 else {
            implausible.insert("cost")
            return
        }
        // With a key of the customer's own at the model's vendor, that vendor's charge is reported apart and added.
        if document.member("is_byok", of: usage).flatMap(document.bool) == true {
            let details = document.member("cost_details", of: usage)
            let upstream = details.flatMap { document.member("upstream_inference_cost", of: $0) }
            guard let other = upstream.flatMap({ VendorPieces.nano($0, 0, document) }), other >= 0 else { return }
            cost = own.addingClamped(other)
        } else if own > 0 {
            cost = own
        }
    }

    /// A number, or a text that is one, as Vercel's gateway writes it.
    private static func nano(_ node: JSONNode, _ power: Int, _ document: JSONDocument) -> Int64? {
        guard let decimal = (document.numberText(node) ?? document.string(node)).flatMap({ ExactDecimal($0) }),
            let scaled = decimal.scaled(places: 9 + power, rounding: .up)
        else { return nil }
        return Int64(exactly: scaled)
    }
}
