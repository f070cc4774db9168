import JSON

/// Takes a template's events and makes messages of them.
///
/// Roles and messages come into being through ``begin(_:)`` and ``placeHistory()`` alone: no text, wherever it
/// comes from, can make one.
struct MessageBuilder {
    /// Bytes of text in all messages.
    static let maxOutput = 4 * 1024 * 1024

    private var messages: [BuiltMessage] = []
    private var current = BuiltMessage(role: .user)
    private var historyIndex: Int?
    private var output = 0

    /// Appends the template's own text.
    mutating func append(literal text: String) throws(RenderLimit) {
        try count(text)
        current.append(text, isValue: false)
    }

    /// Appends a variable's value: its bytes stay as they are, and it is text whatever it looks like.
    mutating func append(value text: String) throws(RenderLimit) {
        try count(text)
        current.append(text, isValue: true)
    }

    mutating func begin(_ role: PromptRole) {
        finishMessage()
        current = BuiltMessage(role: role)
    }

    mutating func append(media: MediaPart) throws(RenderLimit) {
        try count(media.url)
        current.parts.append(.media(media))
    }

    /// What follows without a role of its own speaks for the model: dotprompt's rule.
    mutating func placeHistory() throws(RenderLimit) {
        guard historyIndex == nil else { throw RenderLimit(what: "{{history}} is reached more than once") }
        finishMessage()
        historyIndex = messages.count
        current = BuiltMessage(role: .model)
    }

    private mutating func count(_ text: String) throws(RenderLimit) {
        output += text.utf8.count
        guard output <= Self.maxOutput else {
            throw RenderLimit(what: "the messages are longer than \(Self.maxOutput) bytes")
        }
    }

    private mutating func finishMessage() {
        current.finish()
        if !current.parts.isEmpty { messages.append(current) }
    }

    /// Returns the JSON array of all messages, or items. Without a place of its own, the history goes before a last message
    /// of the user, else to the end.
    mutating func finish(history: PromptHistory, form: MessageForm = .chat) -> [UInt8] {
        finishMessage()
        let endsWithUser = messages.last?.role == .user
        let place = historyIndex ?? (endsWithUser ? messages.count - 1 : messages.count)
        var writer = JSONWriter(capacity: output + 64 * (messages.count + 1))
        writer.beginArray()
        for message in messages[..<place] { message.write(to: &writer, form) }
        for message in history.messages { writer.raw(message.json) }
        for message in messages[place...] { message.write(to: &writer, form) }
        writer.endArray()
        return writer.bytes
    }
}

/// A bound that rendering ran into.
struct RenderLimit: Error {
    var what: String
}
