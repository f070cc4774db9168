import JSON

/// Vectors from arithmetic: the same text has the same vector, of length 1.
struct SimulatedEmbeddings {
    private let model: String
    private var vectors: [[Float]] = []
    private var tokens = 0
    private let isBase64: Bool

    /// - Throws: a message for a 400.
    init(_ document: JSONDocument, model: SimulatedModel) throws(SimulatedRefusal) {
        self.model = model.name
        let format = document.member("encoding_format", of: document.root)
        isBase64 = format.map { document.equals($0, "base64") } ?? false
        let asked = document.member("dimensions", of: document.root).map { document.integer($0) ?? 0 } ?? 64
        guard (1...4096).contains(asked) else {
            throw SimulatedRefusal(message: "dimensions: an integer from 1 to 4096", param: "dimensions")
        }
        guard let input = document.member("input", of: document.root) else {
            throw SimulatedRefusal(message: "input: a string or an array is required", param: "input")
        }
        for item in SimulatedEmbeddings.items(input, document) {
            let isText = document.kind(item) == .string
            let text = document.bytes[document.range(item)]
            vectors.append(SimulatedEmbeddings.vector(stableHash(text), count: Int(asked)))
            tokens += isText ? SimulatedRequest.tokens(text.count - 2) : max(1, document.count(of: item))
        }
        guard !vectors.isEmpty, vectors.count <= 2048 else {
            throw SimulatedRefusal(message: "input: 1 to 2048 texts are required", param: "input")
        }
    }

    /// A text, a list of tokens, or a list of either.
    private static func items(_ input: JSONNode, _ document: JSONDocument) -> [JSONNode] {
        guard document.kind(input) == .array else { return [input] }
        for first in document.elements(of: input) where document.kind(first) == .number { return [input] }
        return Array(document.elements(of: input))
    }

    private static func vector(_ seed: UInt64, count: Int) -> [Float] {
        var dice = seed
        let raw = (0..<count).map { _ in
            dice = dice &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(dice >> 40) / Float(1 << 23) - 1
        }
        let length = raw.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
        return length > 0 ? raw.map { $0 / length } : raw
    }

    var body: [UInt8] {
        var writer = JSONWriter(capacity: 256 + vectors.reduce(0) { $0 + $1.count * 12 })
        writer.beginObject()
        writer.member("object", "list")
        writer.name("data")
        writer.beginArray()
        for (index, vector) in vectors.enumerated() {
            writer.beginObject()
            writer.member("object", "embedding")
            writer.member("index", index)
            writer.name("embedding")
            write(vector, to: &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.member("model", model)
        writer.name("usage")
        writer.beginObject()
        writer.member("prompt_tokens", tokens)
        writer.member("total_tokens", tokens)
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    private func write(_ vector: [Float], to writer: inout JSONWriter) {
        guard !isBase64 else { return writer.string(base64(vector.flatMap(littleEndian))) }
        writer.beginArray()
        for value in vector { writer.raw(Array(value.description.utf8)) }
        writer.endArray()
    }

    private func littleEndian(_ value: Float) -> [UInt8] {
        let bits = value.bitPattern
        return [UInt8(bits & 255), UInt8(bits >> 8 & 255), UInt8(bits >> 16 & 255), UInt8(bits >> 24)]
    }
}

/// RFC 4648 §4, with padding.
private func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(start + 3, bytes.count)]
        let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
        for place in 0..<4 {
            let isPadding = place > group.count
            text.append(isPadding ? UInt8(ascii: "=") : alphabet[Int(bits >> UInt32(18 - 6 * place) & 63)])
        }
    }
    return String(decoding: text, as: UTF8.self)
}
