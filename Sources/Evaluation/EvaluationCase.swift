package import JSON

/// One row of a dataset: what is given to the prompt, and what its answer must have.
package struct EvaluationCase: Sendable, Equatable {
    /// Unique in its dataset.
    package var id: String
    package var description: String?
    /// The prompt's variables, an object.
    package var variables: JSONValue
    /// What was said before, as a caller's `messages`; empty for most.
    package var messages: [JSONValue] = []
    package var assertions: [Assertion]
    /// What slices are made of: texts, numbers and booleans by their names, as text; of a list each element.
    package var metadata: [(name: String, value: String)]
    /// How much it counts beside others; above 0.
    package var weight: Double
    /// The weighted share of assertions that must pass; nil: all of them.
    package var threshold: Double?
    /// Where its row begins, from 1.
    package var line: Int

    package static func == (left: EvaluationCase, right: EvaluationCase) -> Bool {
        left.id == right.id && left.variables == right.variables && left.assertions == right.assertions
            && left.messages == right.messages && left.weight == right.weight && left.threshold == right.threshold
    }

    /// Whether it belongs to a slice such as `lang=de`.
    func isIn(_ slice: Slice) -> Bool {
        metadata.contains { $0.name == slice.name && $0.value == slice.value }
    }
}

/// The cases whose metadata has a value.
package struct Slice: Sendable, Equatable {
    package var name: String
    package var value: String

    package var text: String { "\(name)=\(value)" }
}
