import Inference
import JSON

/// Reads what a Response object says of an attempt: the answer of OpenAI's Responses API, whole or in a stream's events.
struct ResponseReader: Sendable {
    private(set) var reading = AnswerReading()
    /// Items of an answer that the vendor bills by the piece, and the names of the pieces.
    static let pieces: [(item: StaticString, piece: String)] = [
        ("web_search_call", "web_search"), ("file_search_call", "file_search"),
        ("code_interpreter_call", "code_interpreter"), ("image_generation_call", "image_generation"),
    ]

    private var usage = OpenAIUsage()
    private let dialect: UsageDialect

    init(_ dialect: UsageDialect) {
        self.dialect = dialect
    }

    /// Reads a whole answer.
    ///
    /// An answer that the vendor ended early, `incomplete`, is an answer; one that `failed` is none.
    static func read(_ body: [UInt8], _ dialect: UsageDialect) throws(UpstreamFailure) -> AnswerReading {
        guard let document = MendedJSON.document(body), document.kind(document.root) == .object else {
            throw UpstreamFailure(.malformedAnswer, status: 200, message: "the answer is not a JSON object")
        }
        var reader = ResponseReader(dialect)
        reader.read(document.root, of: document)
        if let failure = reader.failure(document.root, of: document) { throw failure }
        guard let output = document.member("output", of: document.root), document.kind(output) == .array else {
            var failure = UpstreamFailure(.malformedAnswer, status: 200, message: "the answer has no output")
            (failure.usage, failure.tier) = (reader.reading.usage, reader.reading.tier)
            throw failure
        }
        return reader.reading
    }

    mutating func note(outputBytes: Int) {
        reading.outputBytes = reading.outputBytes.addingClamped(Int64(outputBytes))
        (reading.textBytes, reading.plainBytes) = (reading.outputBytes, reading.outputBytes)
    }

    /// Takes the object `response`; later ones of a stream overwrite what earlier ones said.
    ///
    /// - Parameter isEnd: whether it is the answer as it ended: figures from before are not what is billed.
    mutating func read(_ response: JSONNode, of document: JSONDocument, isEnd: Bool = true) {
        func text(_ name: StaticString, of node: JSONNode) -> String? {
            guard let text = document.member(name, of: node).flatMap(document.string) else { return nil }
            return (1...512).contains(text.utf8.count) ? text : nil
        }
        reading.id = text("id", of: response) ?? reading.id
        reading.model = text("model", of: response) ?? reading.model
        reading.tier = text("service_tier", of: response) ?? reading.tier
        let details = document.member("incomplete_details", of: response)
        reading.finishReason =
            details.flatMap { text("reason", of: $0) } ?? text("status", of: response) ?? reading.finishReason
        guard isEnd else { return }
        countText(of: response, document)
        guard let figures = document.member("usage", of: response), document.kind(figures) != .null else {
            let output = document.member("output", of: response)
            reading.isVoid = text("status", of: response) == "incomplete" && output.map(document.count) ?? 0 == 0
            return
        }
        if document.kind(figures) == .object {
            usage.update(figures, of: document)
        } else {
            usage.noteUnreadable()
        }
        if let tools = document.member("tool_usage", of: response) { usage.update(tools: tools, of: document) }
        let billed = usage.billed
        reading.usage = billed?.usage
        countPieces(of: response, document)
        reading.clampedClasses = billed?.clamped ?? []
        reading.implausible = usage.implausible
        reading.isCounted = billed?.isCounted ?? false
        reading.textBytesAtUsage = reading.textBytes
    }

    /// Counts what is written in the answer; in a stream its events have told of it already.
    private mutating func countText(of response: JSONNode, _ document: JSONDocument) {
        func count(_ names: [StaticString], of node: JSONNode) -> Int64 {
            names.reduce(0) { sum, name in
                let bytes = document.member(name, of: node).flatMap(document.stringByteCount) ?? 0
                return sum.addingClamped(Int64(bytes))
            }
        }
        guard let output = document.member("output", of: response) else { return }
        var bytes: Int64 = 0
        for item in document.elements(of: output) {
            bytes = bytes.addingClamped(count(["arguments", "input"], of: item))
            for list: StaticString in ["content", "summary"] {
                guard let parts = document.member(list, of: item) else { continue }
                for part in document.elements(of: parts) {
                    bytes = bytes.addingClamped(count(["text", "refusal"], of: part))
                }
            }
        }
        reading.textBytes = max(reading.textBytes, bytes)
        reading.plainBytes = max(reading.plainBytes, bytes)
        reading.outputBytes = max(reading.outputBytes, bytes)
    }

    /// Counts the calls in the answer; what the vendor counts itself has precedence.
    private mutating func countPieces(of response: JSONNode, _ document: JSONDocument) {
        guard var billed = reading.usage, let output = document.member("output", of: response),
            document.kind(output) == .array
        else { return }
        let own = billed.extras ?? [:]
        var counted: [String: Int64] = [:]
        for item in document.elements(of: output) {
            guard let type = document.member("type", of: item),
                let piece = ResponseReader.pieces.first(where: { document.equals(type, $0.item) })?.piece,
                own[piece] == nil, piece != "code_interpreter" || dialect == .xai,  // others bill its container
                piece != "web_search" || !usage.countsSearches && isSearch(item, document)
            else { continue }
            counted[piece] = (counted[piece] ?? 0).addingClamped(1)
        }
        guard !counted.isEmpty else { return }
        billed.extras = own.merging(counted) { known, _ in known }
        reading.usage = billed
    }

    /// Opening a page and looking for words in it are such calls too, and cost nothing.
    private func isSearch(_ item: JSONNode, _ document: JSONDocument) -> Bool {
        guard let action = document.member("action", of: item), document.kind(action) == .object else { return true }
        return document.member("type", of: action).map { document.equals($0, "search") } ?? true
    }

    /// Why `response` is no answer; nil when it is one.
    func failure(_ response: JSONNode, of document: JSONDocument) -> UpstreamFailure? {
        let error = document.member("error", of: response).flatMap { document.kind($0) == .null ? nil : $0 }
        let status = document.member("status", of: response)
        let isFailed = ["failed", "cancelled"].contains { status.map { document.string($0) } == $0 }
        let isEnded = ["completed", "incomplete"].contains { status.map { document.string($0) } == $0 }
        guard error != nil || !isEnded else { return nil }
        guard error != nil else {
            var failure = UpstreamFailure(
                .malformedAnswer, status: 200,
                message: "the answer's status is \(status.flatMap(document.string)?.prefix(32) ?? "missing")")
            (failure.usage, failure.tier, failure.hasAccount) = (reading.billedUsage, reading.tier, isFailed)
            return failure
        }
        var failure = UpstreamFailure(
            UpstreamErrorBody(Array(document.bytes[document.range(response)])), status: 200)
        (failure.usage, failure.tier, failure.hasAccount) = (reading.billedUsage, reading.tier, isFailed)
        return failure
    }
}
