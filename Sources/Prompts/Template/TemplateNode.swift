import JSON

/// A compiled piece of a template.
indirect enum TemplateNode: Sendable, Equatable {
    case text(String)
    case value(Expression)
    case json(Expression, indent: Int)
    case role(PromptRole)
    case history
    case section(String)
    case media(url: Expression, contentType: Expression?)
    case block(TemplateBlock)
    case partial(PartialCall)
}

/// `{{#kind arguments}} body {{else}} inverse {{/kind}}`.
struct TemplateBlock: Sendable, Equatable {
    enum Kind: String, Sendable {
        case `if`, unless, each, with, ifEquals, unlessEquals
        /// `{{#x}}`
        case section
        /// `{{^x}}`
        case inverted
    }

    var kind: Kind
    var arguments: [Expression]
    var body: [TemplateNode] = []
    var inverse: [TemplateNode] = []
    var offset: Int
}

/// `{{> name context key=value}}`.
struct PartialCall: Sendable, Equatable {
    var name: String
    var context: Expression?
    var arguments: [Argument]
    /// What stands before the call on a line of its own; it goes before each of the partial's lines.
    var indent: String
    var offset: Int

    struct Argument: Sendable, Equatable {
        var name: String
        var value: Expression
    }
}

/// What a tag reads: a path, or a literal.
struct Expression: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        case path(TemplatePath)
        /// Nil is `undefined`.
        case literal(JSONValue?)
    }

    var kind: Kind
    var offset: Int
}

/// `a.b`, `../a`, `this`, `@index`, `@root.a`.
struct TemplatePath: Sendable, Equatable {
    /// How many contexts outwards.
    var up: Int
    /// The name after `@`.
    var data: String?
    var segments: [String]
    /// As the author wrote it, for messages.
    var text: String
}

/// Who speaks a message, in dotprompt's words.
enum PromptRole: String, Sendable, CaseIterable {
    case system, developer, user, model, assistant, tool

    /// The role in OpenAI's messages.
    var wireName: StaticString {
        switch self {
        case .system: "system"
        case .developer: "developer"
        case .user: "user"
        case .model, .assistant: "assistant"
        case .tool: "tool"
        }
    }
}
