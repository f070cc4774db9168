import Inference
import JSON

/// What a vendor says of a figure. Missing, unreadable and zero are three things.
enum ReportedFigure: Sendable, Hashable {
    case missing
    /// Negative, broken, beyond `Int64`, or no number.
    case unreadable
    case count(Int64)

    /// A whole number from zero, also when a vendor writes it as `6.0`. What is null is missing.
    init(_ node: JSONNode, of document: JSONDocument) {
        if document.kind(node) == .null {
            self = .missing
        } else if let count = document.integer(node) ?? ReportedFigure.whole(node, document), count >= 0 {
            self = .count(count)
        } else {
            self = .unreadable
        }
    }

    private static func whole(_ node: JSONNode, _ document: JSONDocument) -> Int64? {
        document.numberText(node).flatMap { ExactDecimal($0)?.whole }
    }
}

/// The figures of one usage object of OpenAI's dialect, or of all objects of one answer.
struct ReportedFigures: Sendable, Hashable {
    private var reported: [ReportedFigure] = []
    /// Figures that contradict what was said before, or under another name.
    private(set) var contradicted: Set<UsageFigure> = []
    /// Whether what was read is called `input_tokens`, as Anthropic calls what no cache gave or took.
    private(set) var usesInputName = false

    subscript(_ figure: UsageFigure) -> Int64? {
        guard !reported.isEmpty, case .count(let count) = reported[figure.rawValue] else { return nil }
        return count
    }

    func isUnreadable(_ figure: UsageFigure) -> Bool {
        !reported.isEmpty && reported[figure.rawValue] == .unreadable
    }

    var unreadable: [UsageFigure] { UsageFigure.allCases.filter(isUnreadable) }

    init() {}

    init(_ usage: JSONNode, of document: JSONDocument) {
        reported = [ReportedFigure](repeating: .missing, count: UsageFigure.allCases.count)
        for (name, value) in document.members(of: usage) {
            if let figure = UsageNames.meaning(of: name, in: UsageNames.figures, document) {
                if document.equals(name, "input_tokens") { usesInputName = true }
                note(figure, ReportedFigure(value, of: document))
            } else if UsageNames.lists(name, in: UsageNames.inputDetails, document) {
                read(value, UsageNames.inputParts, document)
                for (inner, details) in document.members(of: value)
                where UsageNames.lists(inner, in: UsageNames.lifetimeDetails, document) {
                    read(details, UsageNames.lifetimes, document)
                }
            } else if UsageNames.lists(name, in: UsageNames.outputDetails, document) {
                read(value, UsageNames.outputParts, document)
            } else if UsageNames.lists(name, in: UsageNames.lifetimeDetails, document) {
                read(value, UsageNames.lifetimes, document)
            }
        }
    }

    private mutating func read(_ object: JSONNode, _ table: UsageNames.Table<UsageFigure>, _ document: JSONDocument) {
        for (name, value) in document.members(of: object) {
            guard let figure = UsageNames.meaning(of: name, in: table, document) else { continue }
            note(figure, ReportedFigure(value, of: document))
        }
    }

    /// Takes a figure of this object under one of its names: zero is said of what is not counted under that name.
    private mutating func note(_ figure: UsageFigure, _ new: ReportedFigure) {
        switch (reported[figure.rawValue], new) {
        case (_, .missing), (.count(1...), .count(0)): break
        case (.count(1...), .unreadable): contradicted.insert(figure)
        case (.count(let known), .count(let other)) where known > 0 && known != other:
            contradicted.insert(figure)
            reported[figure.rawValue] = .count(figure.safer(known, other))
        case (.unreadable, .count(0)): break
        default: reported[figure.rawValue] = new
        }
    }

    /// Takes a later object of the same answer: field by field it overwrites, but nothing that was counted becomes less.
    mutating func update(with later: ReportedFigures) {
        guard !reported.isEmpty else {
            self = later
            return
        }
        usesInputName = usesInputName || later.usesInputName
        contradicted.formUnion(later.contradicted)
        for figure in UsageFigure.allCases {
            switch (reported[figure.rawValue], later.reported[figure.rawValue]) {
            case (_, .missing): break
            case (.count(let known), .count(let new)) where new < known: contradicted.insert(figure)
            case (.count, .unreadable): contradicted.insert(figure)
            case (_, let new): reported[figure.rawValue] = new
            }
        }
    }
}

extension UsageFigure {
    /// Of two figures the one that costs more: what a cache gave is cheap.
    fileprivate func safer(_ one: Int64, _ other: Int64) -> Int64 {
        switch self {
        case .cached, .cacheRead: min(one, other)
        default: max(one, other)
        }
    }
}
