import Inference
import JSON

/// Collects what answers and events say about an attempt.
struct AnswerReader: Sendable {
    private(set) var reading = AnswerReading()
    /// The choices whose last word was a reason to finish.
    private(set) var finished = ChoiceSet()
    private var usage: OpenAIUsage

    /// - Parameter writes: whether the API has output at all: embeddings have none.
    init(writes: Bool = true) {
        usage = OpenAIUsage(writes: writes)
    }

    /// Takes what `skim` found in `bytes`.
    mutating func read(_ skim: AnswerSkim, in bytes: [UInt8]) {
        if reading.id == nil { reading.id = AnswerReader.string(skim.id, bytes) }
        if reading.model == nil { reading.model = AnswerReader.string(skim.model, bytes) }
        if let range = skim.serviceTier, !isTier(bytes[range]) {
            reading.tier = AnswerReader.string(range, bytes) ?? reading.tier
        }
        if !skim.written.isEmpty, !finished.isEmpty {  // whoever goes on has not finished
            finished.subtract(skim.written)
            if finished.isEmpty { reading.finishReason = nil }
        }
        if reading.finishReason == nil { reading.finishReason = AnswerReader.string(skim.finishReason, bytes) }
        finished.formUnion(skim.finished)
        reading.outputBytes = reading.outputBytes.addingClamped(skim.outputBytes)
        reading.textBytes = reading.textBytes.addingClamped(skim.textBytes)
        reading.plainBytes = reading.plainBytes.addingClamped(skim.plainBytes)
        if let groq = AnswerReader.object(skim.groq, bytes) { read(groq: groq) }
        read(usage: skim.choiceUsage, in: bytes)
        read(usage: skim.usage, in: bytes)
    }

    /// Whether a JSON string is the tier that was read before: OpenAI repeats it in every event.
    private func isTier(_ json: ArraySlice<UInt8>) -> Bool {
        guard let tier = reading.tier, json.count == tier.utf8.count + 2 else { return false }
        return json.dropFirst().dropLast().elementsEqual(tier.utf8)
    }

    private mutating func read(groq: JSONDocument) {
        guard let node = groq.member("usage", of: groq.root), groq.kind(node) == .object,
            let document = MendedJSON.document(Array(groq.bytes[groq.range(node)]))
        else { return }
        update(document)
    }

    /// Takes a usage, wherever it stood. One that is no object, and not null, is unreadable and not missing.
    private mutating func read(usage range: Range<Int>?, in bytes: [UInt8]) {
        guard let range else { return }
        if let document = AnswerReader.object(range, bytes) {
            update(document)
        } else if !bytes[range].elementsEqual("null".utf8) {
            usage.noteUnreadable()
            take()
        }
    }

    private mutating func update(_ document: JSONDocument) {
        usage.update(document.root, of: document)
        take()
    }

    private mutating func take() {
        let billed = usage.billed
        reading.usage = billed?.usage
        reading.geo = billed?.geo
        reading.clampedClasses = billed?.clamped ?? []
        reading.implausible = usage.implausible
        reading.isCounted = billed?.isCounted ?? false
        reading.textBytesAtUsage = reading.textBytes
    }

    /// The text of a string value; nil for another kind, when it is empty, or longer than any name.
    private static func string(_ range: Range<Int>?, _ bytes: [UInt8]) -> String? {
        guard let range, (3...512).contains(range.count), bytes[range.lowerBound] == UInt8(ascii: "\"") else {
            return nil
        }
        let json = bytes[range]
        if !json.contains(UInt8(ascii: "\\")), json.allSatisfy({ $0 < 0x80 }) {
            return String(decoding: json.dropFirst().dropLast(), as: UTF8.self)
        }
        guard let document = try? JSONDocument(Array(json)) else { return nil }
        return document.string(document.root).flatMap { $0.isEmpty ? nil : $0 }
    }

    static func object(_ range: Range<Int>?, _ bytes: [UInt8]) -> JSONDocument? {
        guard let range, bytes[range.lowerBound] == UInt8(ascii: "{") else { return nil }
        return MendedJSON.document(Array(bytes[range]))
    }
}

extension AnswerSkim {
    /// Whether a success says that it is an error after all.
    func isError(in bytes: [UInt8]) -> Bool {
        if let object, object.count == 7, bytes[object].elementsEqual(#""error""#.utf8) { return true }
        guard let error else { return false }
        return !["null", "false", "\"\"", "0"].contains { bytes[error].elementsEqual($0.utf8) }
    }
}

extension AnswerSkim {
    func hasNullUsage(in bytes: [UInt8]) -> Bool {
        usage.map { bytes[$0.lowerBound] == UInt8(ascii: "n") } ?? true
    }
}
