/// The most input tokens that a body can be, found without a tokenizer.
///
/// Every token covers at least a byte of the text that the model reads, or of its compatibility form (NFKC), into
/// which some tokenizers turn it first. So the bytes of the whole body, each code point at its longer form, bound
/// the tokens; ``perMessage`` and ``perRequest`` stand for the markers that a chat template adds.
public enum InputBound: Sendable, Hashable {
    case tokens(Int64)
    /// A part cannot be bounded (a remote image, a file's id): only the model's context window does.
    case contextWindow

    /// Tokens for a message's role markers.
    public static let perMessage: Int64 = 8
    /// Tokens for what surrounds the messages.
    public static let perRequest: Int64 = 64
    /// Tokens for an image that is sent inside the body, at any size and detail.
    ///
    /// The hungriest known, gpt-4o-mini, counts 2,833 and 5,667 a tile, up to 8 tiles: 48,169.
    public static let perInlineImage: Int64 = 65_536

    /// The bound in tokens, given the model's context window; nil when neither bounds it.
    public func tokens(contextWindow: Int64?) -> Int64? {
        switch (self, contextWindow) {
        case (.tokens(let bound), let window?): min(bound, window)
        case (.tokens(let bound), nil): bound
        case (.contextWindow, let window): window
        }
    }
}
