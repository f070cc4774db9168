import HTTPTypes
import JSON

/// What the first event of a stream holds.
package enum FirstEvent: Sendable, Hashable {
    /// It has not come to its end.
    case underWay
    /// A piece of an answer, or something else that a stream has: it is relayed as it is.
    case piece
    /// A whole answer, as some servers write one where a stream was asked for.
    case whole

    /// Looks at the beginning of a stream.
    ///
    /// - Parameter isWhole: whether nothing follows `bytes`.
    package static func of(_ bytes: [UInt8], _ endpoint: OpenAIRequest.Endpoint, isWhole: Bool) -> FirstEvent {
        var parser = ServerSentEventParser(limit: .max)
        parser.append(isWhole ? bytes + Array("\n\n".utf8) : bytes)
        guard let event = try? parser.next() else { return .underWay }
        guard case .place(let place) = event.data, let document = MendedJSON.document(Array(parser.buffer[place]))
        else {
            return .piece
        }
        let root = document.root
        if endpoint == .responses {
            let isResponse = document.member("output", of: root) != nil && document.member("type", of: root) == nil
            return isResponse ? .whole : .piece
        }
        guard let choices = document.member("choices", of: root),
            let choice = document.elements(of: choices).first(where: { _ in true })
        else { return .piece }
        let isMessage = document.member("message", of: choice) != nil && document.member("delta", of: choice) == nil
        return isMessage ? .whole : .piece
    }
}
