import JSON

/// A part of OpenAI's content as the value of a variable, such as `{"type": "input_text", "text": "…"}`.
///
/// OpenAI's own prompts take them in `prompt.variables` beside plain texts; a template sees the text or address in it.
enum VariablePart {
    private static let types = ["input_text", "input_image", "input_file"]

    /// Returns the text or address of `value`; nil when it is no such part.
    ///
    /// - Parameter isMedia: whether the variable may be the address of a picture or document.
    static func content(of value: JSONValue, isMedia: Bool) throws(Refusal) -> JSONValue? {
        guard case .object(let members) = value, let type = value["type"]?.stringValue, types.contains(type) else {
            return nil
        }
        let known = ["type"] + (type == "input_text" ? ["text"] : addresses(type) + ["detail", "filename", "file_id"])
        if let other = members.first(where: { !known.contains($0.name) }) {
            throw Refusal(reason: "a part '\(type)' has no member '\(other.name.prefix(64))'")
        }
        guard type != "input_text" else {
            guard let text = value["text"], text.stringValue != nil else {
                throw Refusal(reason: "a part 'input_text' has a text in 'text'")
            }
            return text
        }
        guard isMedia else {
            throw Refusal(reason: "is a text; a part '\(type)' is only for variables that llmgw.media lists")
        }
        guard value["detail"]?.stringValue ?? "auto" == "auto" else {
            throw Refusal(reason: "a part '\(type)' of a variable cannot set 'detail'")
        }
        for name in addresses(type) {
            if let address = value[name], address.stringValue != nil { return address }
        }
        let names = addresses(type).joined(separator: "' or '")
        throw Refusal(reason: "a part '\(type)' has its address in '\(names)'; ids of files are not taken")
    }

    private static func addresses(_ type: String) -> [String] {
        type == "input_image" ? ["image_url"] : ["file_url", "file_data"]
    }

    /// Why a part cannot be a variable's value.
    struct Refusal: Error {
        /// Follows the variable's name.
        var reason: String
    }
}
