/// What a simulated provider answers: a head, and the steps of its body in their order.
package struct SimulatedAnswer: Sendable {
    package enum Step: Sendable, Equatable {
        /// Send these at once; they are never empty.
        case bytes([UInt8])
        /// Wait; always above 0.
        case pause(milliseconds: Int)
        /// Keep the connection open and send nothing more, until the other side closes.
        case hang
        /// Close the connection at once, without a proper end.
        case reset
        /// The answer is whole. The last step, unless that is `hang` or `reset`.
        case end
    }

    package var status: Int
    /// Names in lower case; `content-length` and `transfer-encoding` are the server's business.
    package var headers: [(name: String, value: String)]
    /// The length that the head promises, in bytes; nil for a body that is sent in chunks.
    package var contentLength: Int?
    /// What comes before the head: nothing, a pause, or a hang.
    package var beforeHead: [Step] = []
    package var steps: [Step]

    /// All bytes of the body.
    package var body: [UInt8] {
        steps.flatMap { step in
            guard case .bytes(let bytes) = step else { return [UInt8]() }
            return bytes
        }
    }
}

extension SimulatedAnswer {
    /// A whole body.
    init(
        status: Int = 200, whole body: [UInt8], type: String = "application/json",
        headers: [(name: String, value: String)] = []
    ) {
        let all = [("content-type", type), ("x-request-id", "req-sim")] + headers
        self.init(status: status, headers: all, contentLength: body.count, steps: [.bytes(body), .end])
    }

    /// A stream of events, with a pause between two; without pauses they are one piece.
    init(events: [[UInt8]], gap: Int, endingWith last: Step) {
        var steps: [Step] = []
        if gap == 0 {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(events.reduce(0) { $0 + $1.count })
            for event in events { bytes += event }
            if !bytes.isEmpty { steps.append(.bytes(bytes)) }
        } else {
            for (index, event) in events.enumerated() {
                if index > 0 { steps.append(.pause(milliseconds: gap)) }
                steps.append(.bytes(event))
            }
        }
        let headers = [("content-type", "text/event-stream; charset=utf-8"), ("x-request-id", "req-sim")]
        self.init(status: 200, headers: headers, steps: steps + [last])
    }
}
