import JSON

/// What a prompt's front matter says, checked.
struct FrontMatter: Sendable {
    var description: String?
    /// `3.1.0`.
    var version: String?
    var model: String?
    var modelPlace = Place.start
    /// The request's members, in the file's order.
    var parameters: [PromptParameter] = []
    /// An object's schema; variables that have a default are not required.
    var input = ValueSchema.noVariables
    /// The same as JSON Schema, as the file says it; nil when it declares no variables.
    var inputSchema: JSONValue?
    var defaults: [JSONMember] = []
    /// Where each variable is declared.
    var variablePlaces: [String: Place] = [:]
    var outputSchema: JSONValue?
    /// What an answer must be before a client gets it; nil when nothing checks it.
    var enforcedOutput: ValueSchema?
    var wantsJSON = false
    var tools: [Reference] = []
    var schemas: [String] = []
    var sensitive: [String] = []
    /// Variables that may be a picture's address.
    var media: [String] = []
    var overridable: [String] = []
    /// The roles that a client's messages may have.
    var historyRoles = ["user", "assistant", "tool"]

    struct Reference: Sendable {
        var name: String
        var place: Place
    }
}

extension ValueSchema {
    /// An object of which nothing is known.
    static var anyVariables: ValueSchema {
        var schema = noVariables
        schema.others = [.anything]
        return schema
    }

    /// An object without members.
    static var noVariables: ValueSchema {
        var schema = ValueSchema()
        schema.kinds = .object
        return schema
    }
}
