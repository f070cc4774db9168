import Inference
import JSON

/// The one figure of an answer of Titan's embeddings.
struct TitanUsage: UsageReader {
    private var input: Int64?

    mutating func update(_ usage: JSONNode, of document: JSONDocument) {
        input = document.count("inputTextTokenCount", of: usage) ?? input
    }

    var billed: BilledUsage? { input.map { BilledUsage(usage: Usage(input: $0, output: 0)) } }
}
