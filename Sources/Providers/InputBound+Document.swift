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
        let markers = Int64(messages).multipliedClamped(by: InputBound.perMessage)
        return .tokens(bound.addingClamped(markers).addingClamped(InputBound.perRequest))
    }
}

/// The parts of a chat's messages that are no text.
private struct Attachments {
    /// Places of the images that are sent inside the body.
    private(set) var images: [Range<Int>] = []
    /// False when tokens cannot be told from the body: a remote image, a file, a recording, a search by the vendor.
    private(set) var areBounded = true

    init(in document: JSONDocument) {
        areBounded = !Attachments.searches(document)
        guard let messages = document.member("messages", of: document.root) else { return }
        for message in document.elements(of: messages) {
            if let audio = document.member("audio", of: message), document.kind(audio) != .null { areBounded = false }
            guard let content = document.member("content", of: message) else { continue }
            for part in document.elements(of: content) { add(part, of: document) }
        }
    }

    /// Whether the vendor may fetch text of its own: only functions and custom tools come back to the client.
    private static func searches(_ document: JSONDocument) -> Bool {
        if document.member("web_search_options", of: document.root) != nil { return true }
        guard let tools = document.member("tools", of: document.root) else { return false }
        return document.elements(of: tools).contains { tool in
            guard let type = document.member("type", of: tool) else { return false }
            return !document.equals(type, "function") && !document.equals(type, "custom")
        }
    }

    private mutating func add(_ part: JSONNode, of document: JSONDocument) {
        guard let type = document.member("type", of: part), !document.equals(type, "text") else { return }
        if document.equals(type, "refusal") { return }
        guard document.equals(type, "image_url"), let url = imageURL(of: part, document),
            document.bytes[document.range(url)].starts(with: #""data:"#.utf8)
        else {
            areBounded = false
            return
        }
        images.append(document.range(url))
    }

    private func imageURL(of part: JSONNode, _ document: JSONDocument) -> JSONNode? {
        guard let image = document.member("image_url", of: part) else { return nil }
        return document.member("url", of: image) ?? image  // some clients send the text itself
    }
}
