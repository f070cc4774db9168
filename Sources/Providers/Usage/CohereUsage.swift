import Inference
import JSON

/// The figures of Cohere's API: `billed_units` counts, `tokens` is information.
struct CohereUsage: UsageReader {
    private var input: Int64?
    private var output: Int64?
    private var cached: Int64?
    private var images: Int64?
    private var searches: Int64?

    mutating func update(_ usage: JSONNode, of document: JSONDocument) {
        let units = document.member("billed_units", of: usage)
        input = document.count("input_tokens", of: units) ?? input
        output = document.count("output_tokens", of: units) ?? output
        images = document.count("images", of: units) ?? images
        searches = document.count("search_units", of: units) ?? searches
        cached = document.count("cached_tokens", of: usage) ?? cached
    }

    var billed: BilledUsage? {
        guard input != nil || searches != nil || images != nil else { return nil }
        var usage = Usage(input: input ?? 0, output: output ?? 0)
        // The cached part may cover tokens that are not billed: it counts when it can be a part of those that are.
        if let cached, cached > 0, cached < usage.input {
            usage.cachedInput = cached
            usage.input -= cached
        }
        var extras: [String: Int64] = [:]
        if let images, images > 0 { extras["images"] = images }
        if let searches, searches > 0 { extras["search_units"] = searches }
        usage.extras = extras.isEmpty ? nil : extras
        return BilledUsage(usage: usage)
    }
}
