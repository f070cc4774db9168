import HTTPTypes
import JSON

/// The end of a stream of the Responses API: events of which the last holds the whole answer.
enum ResponseEnding {
    /// Returns `events` with `comment` before the last of them, and `member` as the last member `llmgw` of its answer.
    static func bytes(_ events: [UInt8], member: [UInt8]?, comment: [UInt8]) -> [UInt8] {
        var parser = ServerSentEventParser(limit: .max)
        parser.append(events)
        var last: ServerSentEvent?
        while let event = try? parser.next() {
            if case .absent = event.data { continue }
            last = event
        }
        guard let last else { return comment + events }
        var bytes = Array(parser.buffer[..<last.range.lowerBound]) + comment
        guard let member, let event = Event(last, in: parser.buffer) else {
            bytes += parser.buffer[last.range.lowerBound...]
            return bytes
        }
        bytes += Array("event: \(event.type)\ndata: ".utf8)
        bytes += GatewayMember.added(member, to: event.data, in: "response")
        bytes += Array("\n\n".utf8)
        return bytes
    }

    private struct Event {
        var type: String
        /// Without line ends.
        var data: [UInt8]

        init?(_ event: ServerSentEvent, in buffer: [UInt8]) {
            switch event.data {
            case .absent: return nil
            case .place(let place): data = Array(buffer[place])
            case .joined(let joined): data = joined.map { $0 == 10 ? 32 : $0 }
            }
            guard let document = try? JSONDocument(data, limits: .answers),
                let type = document.member("type", of: document.root).flatMap(document.string)
            else { return nil }
            self.type = type
        }
    }
}
