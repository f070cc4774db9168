import Inference
import JSON

/// An upstream's error, in whichever of its forms it came.
struct UpstreamErrorBody {
    var message: String
    var type: String?
    var code: String?
    var param: String?
    /// False for HTML and other text: then it is not the model's server that speaks.
    var isJSON = true
    /// The status that the error names itself, where the answer's own says nothing: 400…599.
    var status: Int?
    /// Google's `reason`s, which say more than its status.
    var reasons: [String] = []
    /// Whether OpenRouter says that the input was flagged.
    var isFlagged = false
    /// Google's `RetryInfo`, in milliseconds.
    var retryDelay: Int64?

    /// The code, the type and the reasons, in lower case.
    var words: [String] { ([code, type].compactMap(\.self) + reasons).map { $0.lowercased() } }

    init(_ body: [UInt8]) {
        guard let value = try? JSONValue(parsing: body) else {
            self.init(message: String(decoding: body.prefix(2000), as: UTF8.self))
            isJSON = false
            return
        }
        self.init(value)
    }

    init(_ value: JSONValue) {
        var value = value
        if let first = value.arrayValue?.first { value = first }
        if let error = value["error"], error.objectValue != nil {
            self.init(fields: error)
        } else if let text = value["error"]?.stringValue {
            self.init(message: text)
            type = value["error_type"]?.stringValue ?? value["type"]?.stringValue
            code = UpstreamErrorBody.text(value["code"])
        } else if let first = value["errors"]?.arrayValue?.first {
            self.init(fields: first)
        } else if value["message"] != nil {
            self.init(fields: value)
        } else if let detail = value["detail"] {
            self.init(message: detail.stringValue ?? UpstreamErrorBody.joined(detail))
        } else {
            self.init(message: value.stringValue ?? String(decoding: value.serialized().prefix(2000), as: UTF8.self))
        }
        status = status ?? UpstreamErrorBody.status(of: value)
    }

    private init(fields: JSONValue) {
        self.init(message: UpstreamErrorBody.text(fields["message"]) ?? "")
        type = UpstreamErrorBody.text(fields["type"]) ?? UpstreamErrorBody.text(fields["status"])
        code = UpstreamErrorBody.text(fields["code"])
        param = fields["param"]?.stringValue
        status = UpstreamErrorBody.status(of: fields)
        let details = fields["details"]?.arrayValue ?? []
        reasons = details.prefix(16).compactMap { $0["reason"]?.stringValue }
        retryDelay = details.lazy.compactMap { $0["retryDelay"]?.stringValue }.first.flatMap(RetryAfter.duration)
        let metadata = fields["metadata"]
        isFlagged = metadata?["flagged_input"]?.stringValue != nil || metadata?["reasons"]?.arrayValue?.isEmpty == false
    }

    private static func status(of fields: JSONValue) -> Int? {
        ["status_code", "status", "http_code", "code"].lazy.compactMap { text(fields[$0]).flatMap { Int($0) } }
            .first { (400...599).contains($0) }
    }

    private init(message: String) {
        self.message = String(message.prefix(500))
    }

    /// vLLM and llama.cpp send a number where OpenAI sends a word.
    private static func text(_ value: JSONValue?) -> String? {
        value?.stringValue ?? value?.integerValue.map(String.init)
    }

    /// FastAPI's list: `body.model: field required; …`.
    private static func joined(_ detail: JSONValue) -> String {
        (detail.arrayValue ?? []).prefix(8).map { entry in
            let place = (entry["loc"]?.arrayValue ?? []).compactMap(text).joined(separator: ".")
            return "\(place): \(entry["msg"]?.stringValue ?? "")"
        }.joined(separator: "; ")
    }
}
