import JSON

/// The last chunk of a stream that the gateway ends at the limit of a hold, as a vendor ends one at the limit of tokens.
package enum CutEvent {
    /// One event: each choice has `finish_reason: "length"`, and `llmgw.cut` says why.
    ///
    /// - Parameters:
    ///   - reading: of the stream so far; the chunk carries on its id and model.
    ///   - moment: seconds since 1970.
    package static func bytes(_ reading: AnswerReading, choices: Int64, isChat: Bool, at moment: Int64) -> [UInt8] {
        var body = JSONWriter(capacity: 256)
        body.beginObject()
        body.member("id", reading.id)
        body.member("object", isChat ? "chat.completion.chunk" : "text_completion")
        body.member("created", moment)
        body.member("model", reading.model)
        body.name("choices")
        body.beginArray()
        for index in 0..<max(1, min(choices, 128)) {
            body.beginObject()
            body.member("index", index)
            if isChat {
                body.name("delta")
                body.beginObject()
                body.endObject()
            } else {
                body.member("text", "")
            }
            body.member("finish_reason", "length")
            body.endObject()
        }
        body.endArray()
        body.name("llmgw")
        body.beginObject()
        body.member("cut", "budget")
        body.endObject()
        body.endObject()
        return Array("data: ".utf8) + body.bytes + Array("\n\n".utf8)
    }
}
