package import Inference
package import JSON

extension JSONDocument {
    /// Returns the most input tokens that a vendor can count for this body.
    ///
    /// - Parameter messages: how many messages it holds.
    package func inputBound(messages: Int) -> InputBound {
        let attachments = Attachments(in: self)
        guard attachments.areBounded else { return .contextWindow }
        var bound = CompatibilityExpansion.bound(ofJSON: bytes, in: 0..<bytes.count)
        for image in attachments.images {
            bound -= CompatibilityExpansion.bound(ofJSON: bytes, in: image)
            bound = bound.addingClamped(InputBound.perInlineImage)
        }
        bound = bound.addingClamped(attachments.reprinting)
        let markers = Int64(messages).multipliedClamped(by: InputBound.perMessage)
        return .tokens(bound.addingClamped(markers).addingClamped(InputBound.perRequest))
    }

    /// Returns the most output tokens that are billed for a text that the client foresees, whether or not it comes true.
    ///
    /// Vendors bill what was foreseen in vain as output, beside what they write.
    package func predictionBound() -> Int64 {
        guard let prediction = member("prediction", of: root), kind(prediction) == .object else { return 0 }
        return CompatibilityExpansion.bound(ofJSON: bytes, in: range(prediction))
    }
}

/// The parts of a conversation that are no text.
private struct Attachments {
    /// Places of the images that are sent inside the body.
    private(set) var images: [Range<Int>] = []
    /// False when tokens cannot be told from the body: a remote image, a file, a recording, a search by the vendor.
    private(set) var areBounded = true
    /// By how many bytes tools, schemas and calls can grow when a template prints them anew.
    private(set) var reprinting: Int64 = 0

    init(in document: JSONDocument) {
        areBounded = !Attachments.searches(document)
        for name in ["tools", "functions", "response_format", "text"] as [StaticString] {
            addReprinting(of: document.member(name, of: document.root), document)
        }
        if let messages = document.member("messages", of: document.root) {
            for message in document.elements(of: messages) {
                if let audio = document.member("audio", of: message), document.kind(audio) != .null {
                    areBounded = false
                }
                addReprinting(of: document.member("tool_calls", of: message), document, readsStrings: true)
                addReprinting(of: document.member("function_call", of: message), document, readsStrings: true)
                add(partsOf: "content", of: message, document)
            }
        }
        guard let input = document.member("input", of: document.root), document.kind(input) == .array else { return }
        for item in document.elements(of: input) where document.kind(item) == .object {
            if !Attachments.isText(item, document) { areBounded = false }
            addReprinting(of: document.member("arguments", of: item), document, readsStrings: true)
            add(partsOf: "content", of: item, document)
            add(partsOf: "output", of: item, document)
        }
    }

    /// Whether the vendor may fetch text of its own: only functions and custom tools come back to the client.
    private static func searches(_ document: JSONDocument) -> Bool {
        if document.member("web_search_options", of: document.root) != nil { return true }
        if let parameters = document.member("search_parameters", of: document.root), document.kind(parameters) != .null,
            !(document.member("mode", of: parameters).map { document.equals($0, "off") } ?? false)
        {
            return true
        }
        if let plugins = document.member("plugins", of: document.root), document.kind(plugins) == .array,
            document.count(of: plugins) > 0
        {
            return true
        }
        guard let tools = document.member("tools", of: document.root) else { return false }
        return document.elements(of: tools).contains { tool in
            guard let type = document.member("type", of: tool) else { return false }
            return !document.equals(type, "function") && !document.equals(type, "custom")
        }
    }

    /// Items of the Responses API whose text stands in them; what is not known may bring in more.
    private static let textItems: [StaticString] = [
        "message", "reasoning", "function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output",
        "local_shell_call", "local_shell_call_output", "shell_call", "shell_call_output", "apply_patch_call",
        "apply_patch_call_output",
    ]

    private static func isText(_ item: JSONNode, _ document: JSONDocument) -> Bool {
        guard let type = document.member("type", of: item), document.kind(type) != .null else { return true }
        if document.equals(type, "reasoning"), document.member("id", of: item) != nil {
            // Without its content the vendor looks it up by its id.
            let content = document.member("encrypted_content", of: item)
            guard content.map({ document.kind($0) == .string }) ?? false else { return false }
        }
        return textItems.contains { document.equals(type, $0) }
    }

    private mutating func addReprinting(of node: JSONNode?, _ document: JSONDocument, readsStrings: Bool = false) {
        guard let node else { return }
        let growth = ReprintedJSON.growth(of: document.bytes, in: document.range(node), readsStrings: readsStrings)
        reprinting = reprinting.addingClamped(growth)
    }

    private mutating func add(partsOf name: StaticString, of message: JSONNode, _ document: JSONDocument) {
        guard let content = document.member(name, of: message), document.kind(content) == .array else { return }
        for part in document.elements(of: content) { add(part, of: document) }
    }

    private static let textParts: [StaticString] = [
        "text", "refusal", "input_text", "output_text", "summary_text", "reasoning_text",
    ]

    private mutating func add(_ part: JSONNode, of document: JSONDocument) {
        guard let type = document.member("type", of: part),
            !Attachments.textParts.contains(where: { document.equals(type, $0) })
        else { return }
        guard document.equals(type, "image_url") || document.equals(type, "input_image"),
            let url = imageURL(of: part, document),
            document.bytes[document.range(url)].starts(with: #""data:"#.utf8)
        else {
            areBounded = false
            return
        }
        images.append(document.range(url))
    }

    private func imageURL(of part: JSONNode, _ document: JSONDocument) -> JSONNode? {
        guard let image = document.member("image_url", of: part) else { return nil }
        return document.member("url", of: image) ?? image  // on responses, and of some clients, the text itself
    }
}
