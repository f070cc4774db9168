import HTTPTypes
import JSON

/// The member `llmgw` of a whole answer: what the headers say, for clients that show only bodies.
enum AnswerMember {
    private static let prefix = "x-llmgw-"

    /// Returns `body` with the member at its end; every other byte stays. A body that is no object, or has such a member
    /// already, is returned as it is.
    static func added(to body: [UInt8], from fields: HTTPFields) -> [UInt8] {
        guard let document = try? JSONDocument(body), document.kind(document.root) == .object,
            document.member("llmgw", of: document.root) == nil
        else { return body }
        var member = JSONWriter()
        member.beginObject()
        for field in fields.all where field.name.hasPrefix(prefix) {
            member.name(String(field.name.dropFirst(prefix.count)).replacing("-", with: "_"))
            member.string(field.value)
        }
        member.endObject()
        let end = document.range(document.root).upperBound - 1
        let separator = document.count(of: document.root) > 0 ? "," : ""
        return body[..<end] + "\(separator)\"llmgw\":".utf8 + member.bytes + body[end...]
    }
}
