/// What is wrong with a file of an evaluation: where, what, and what would be right.
package struct EvaluationFault: Error, Sendable, Equatable, CustomStringConvertible {
    package var file: String
    /// From 1; 0 when the whole file is meant.
    package var line: Int
    package var message: String

    package init(_ file: String, line: Int = 0, _ message: String) {
        self.file = file
        self.line = line
        self.message = message
    }

    /// `prompts/evals/support-reply.jsonl:3: error: …`
    package var description: String { "\(file)\(line > 0 ? ":\(line)" : ""): error: \(message)" }
}

/// All that is wrong with a file; never empty.
package struct EvaluationFaults: Error, Sendable, CustomStringConvertible {
    package var faults: [EvaluationFault]

    package init(_ faults: [EvaluationFault]) {
        self.faults = faults
    }

    package var description: String { faults.map(\.description).joined(separator: "\n") }
}

/// What is wrong with one value; whoever knows the file and line makes a fault of it.
struct Complaint: Error, Equatable {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}
