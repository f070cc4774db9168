package import Inference

/// What the gateway must know of an answer; its bytes go to the client as they are.
package struct AnswerReading: Sendable, Hashable {
    /// Nil when the vendor reported none: the end is then presumed at the bound.
    package var usage: Usage?
    /// Classes whose figure was larger than the total that it is a part of.
    package var clampedClasses: [String] = []
    /// Names of figures that are unreadable, or contradict each other.
    package var implausible: [String] = []
    /// Whether ``usage`` is the dearer reading of figures that contradict each other.
    package var isCounted = false
    /// The service tier that served, as the vendor names it.
    package var tier: String?
    /// Where, if the vendor reports a place that may have a price of its own.
    package var geo: String?
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
    /// The part of ``textBytes`` that is plain text: a token stands for few bytes of it.
    package var plainBytes: Int64 = 0
    /// How much of ``textBytes`` had come when usage was last reported.
    package var textBytesAtUsage: Int64 = 0
    /// Whether the vendor ended the answer before it had anything, and reports no usage: then it bills none.
    package var isVoid = false

    package init() {}

    /// The usage, if nothing was written after it came: then it is that of all that was written.
    package var usageOfAll: Usage? { textBytesAtUsage == textBytes ? usage : nil }

    /// What a failure is billed by: zeros are what a vendor writes that bills nothing.
    var billedUsage: Usage? {
        usage.flatMap { $0.totalInput == 0 && $0.totalOutput == 0 && $0.extras == nil ? nil : $0 }
    }
}
