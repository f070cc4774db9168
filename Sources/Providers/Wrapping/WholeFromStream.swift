import Inference
import JSON

/// Makes the whole answer that was asked for of what came in another wrapping.
enum WholeFromStream {
    /// Returns the JSON of `received`: the one object in it, or what its events come to. Nil when it is neither.
    ///
    /// - Throws: when the events tell of a failure, or end before the answer does.
    static func body(
        _ received: [UInt8], _ endpoint: OpenAIRequest.Endpoint, choices: Int64
    ) throws(UpstreamFailure) -> [UInt8]? {
        guard let (objects, isEvents) = AnswerObjects.all(in: received), let first = objects.first else { return nil }
        if objects.count == 1, !isEvents || isWhole(first, endpoint) { return first }
        guard endpoint != .embeddings else { return nil }
        try check(objects, isDone: received.suffix(4096).containsDone, endpoint, choices)
        if endpoint == .responses { return response(objects) }
        var assembly = StreamAssembly(isChat: endpoint == .chatCompletions)
        for object in objects {
            guard let document = MendedJSON.document(object) else { continue }
            assembly.take(document.value(document.root))
        }
        return assembly.isTooWide ? nil : assembly.whole.serialized()
    }

    /// Whether it is an answer and no piece of one, or an error.
    private static func isWhole(_ object: [UInt8], _ endpoint: OpenAIRequest.Endpoint) -> Bool {
        guard let document = MendedJSON.document(object) else { return true }
        let root = document.root
        if endpoint == .responses { return document.member("type", of: root) == nil }
        guard let choices = document.member("choices", of: root) else { return true }
        let choice = document.elements(of: choices).first { _ in true }
        return choice.map { document.member("delta", of: $0) == nil } ?? true
    }

    /// Reads the events as a stream's relay does: what it takes for cut or failed is no whole answer.
    private static func check(
        _ objects: [[UInt8]], isDone: Bool, _ endpoint: OpenAIRequest.Endpoint, _ choices: Int64
    ) throws(UpstreamFailure) {
        var relay: any StreamRelay =
            endpoint == .responses
            ? ResponsesStreamRelay(limit: .max) as any StreamRelay
            : OpenAIStreamRelay(
                hidesUsage: false, isChat: endpoint == .chatCompletions, choices: choices, limit: .max)
        var nothing: [UInt8] = []
        do throws(StreamFailure) {
            for object in objects { try relay.feed(StreamFromWhole.event(object), into: &nothing) }
            if isDone, endpoint != .responses { try relay.feed(Array("data: [DONE]\n\n".utf8), into: &nothing) }
            try relay.end(into: &nothing)
        } catch {
            if let upstream = error.upstream { throw upstream }
            throw UpstreamFailure(
                error.kind == .cutShort ? .connectionLost : .malformedAnswer, status: 200, message: error.reason)
        }
    }

    /// The last event holds the whole Response.
    private static func response(_ events: [[UInt8]]) -> [UInt8]? {
        for event in events.reversed() {
            guard let document = MendedJSON.document(event),
                let response = document.member("response", of: document.root)
            else { continue }
            return Array(event[document.range(response)])
        }
        return nil
    }
}

extension ArraySlice<UInt8> {
    fileprivate var containsDone: Bool {
        let done = Array("[DONE]".utf8)
        return indices.contains { self[$0...].starts(with: done) }
    }
}
