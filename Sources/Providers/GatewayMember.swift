import JSON

/// The member `llmgw` of an answer: what the headers say, for clients that show only bodies.
package enum GatewayMember {
    /// Returns `body` with the member at the end of its object, or of the object `name` in it; every other byte stays.
    ///
    /// A body without such an object, or with such a member already, is returned as it is.
    ///
    /// - Parameter member: JSON.
    package static func added(_ member: [UInt8], to body: [UInt8], in name: StaticString? = nil) -> [UInt8] {
        guard let document = try? JSONDocument(body, limits: .answers), document.kind(document.root) == .object else {
            return body
        }
        var object = document.root
        if let name {
            guard let inner = document.member(name, of: object), document.kind(inner) == .object else { return body }
            object = inner
        }
        guard document.member("llmgw", of: object) == nil else { return body }
        let end = document.range(object).upperBound - 1
        let separator = document.count(of: object) > 0 ? "," : ""
        return body[..<end] + "\(separator)\"llmgw\":".utf8 + member + body[end...]
    }
}
