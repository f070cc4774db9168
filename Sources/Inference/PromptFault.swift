/// Which prompt refused a call, and where in its files the reason stands, for programs that read the error.
public struct PromptFault: Sendable, Hashable {
    /// `support-reply`, or `support-reply.terse` for a variant.
    public var prompt: String
    public var version: String?
    /// 64 hexadecimal digits.
    public var digest: String
    /// Begins with `prompts/`.
    public var file: String
    /// Counts from 1; nil where no one line is the reason.
    public var line: Int?
    /// Counts characters from 1.
    public var column: Int?

    public init(prompt: String, version: String?, digest: String, file: String, line: Int? = nil, column: Int? = nil) {
        self.prompt = prompt
        self.version = version
        self.digest = digest
        self.file = file
        self.line = line
        self.column = column
    }
}
