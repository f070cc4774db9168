package import Inference

/// What the gateway must know of an answer; its bytes go to the client as they are.
package struct AnswerReading: Sendable, Hashable {
    /// Nil when the vendor reported none: the end is then presumed at the bound.
    package var usage: Usage?
    /// Classes whose figure was larger than the total that it is a part of.
    package var clampedClasses: [String] = []
    /// The service tier that served, as the vendor names it.
    package var tier: String?
    /// The vendor's name for the model that served.
    package var model: String?
    /// The vendor's id of the answer.
    package var id: String?
    /// Of the first choice.
    package var finishReason: String?
    /// Bytes of all strings in the answer's choices: never fewer than were written.
    package var outputBytes: Int64 = 0
    /// Bytes of text, reasoning, refusals, tools' names and arguments.
    package var textBytes: Int64 = 0

    package init() {}
}
