import Inference
import JSON

/// One version of one prompt, ready to render.
struct CompiledPrompt: Sendable {
    /// `support-reply`, or `support-reply.terse`.
    let name: String
    /// Begins with `prompts/`.
    let path: String
    let frontMatter: FrontMatter
    let template: Template
    /// By the name that templates include them by.
    let partials: [String: Template]
    /// The `@name`s that its templates read.
    let context: Set<String>
    /// Where each variable is read first, in the prompt or a partial.
    let reads: [String: FilePlace]
    /// 64 hexadecimal digits.
    let digest: String
    /// What the digest stands for: the bytes of each file, by paths that begin with `prompts/`.
    let files: [String: [UInt8]]

    var version: String? { frontMatter.version }

    /// For messages: `Prompt 'support-reply' 3.1.0`.
    var title: String {
        "Prompt '\(name)'" + (version.map { " " + $0 } ?? "")
    }
}
