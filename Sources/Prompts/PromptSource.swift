/// Where prompt files come from: a folder, or a commit.
package protocol PromptSource {
    /// Returns all files that belong to prompts, in no order.
    func files() throws(PromptLoadErrors) -> [PromptSourceFile]
}

package struct PromptSourceFile: Sendable {
    /// Relative to `prompts/`, with `/` between its parts.
    package let path: String
    package let bytes: [UInt8]
    /// Whether a symbolic link leads to it: it is not there for who reads the folder from git.
    package let isLinked: Bool
    /// Nil for a file that has nothing to do with prompts.
    let kind: PromptFileKind?

    package init(path: String, bytes: [UInt8], isLinked: Bool = false) {
        self.path = path
        self.bytes = bytes
        self.isLinked = isLinked
        kind = PromptFileKind(path: path)
    }
}

extension PromptSourceFile {
    /// Whether it is a prompt of its own, and no part of others.
    package var isPrompt: Bool { kind?.isPrompt == true }
}

/// What a file's place and ending make of it.
enum PromptFileKind: Equatable {
    case prompt(name: String, variant: String?)
    /// The name is the path that `{{> name}}` is looked up by, with its leading underscore.
    case partial
    case schema(name: String)
    case tool(name: String)
    case label(name: String)
    case misnamed(String)

    /// Returns nil for a file that has nothing to do with prompts.
    init?(path: String) {
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let file = slash.map { path[path.utf8.index(after: $0)...] } ?? path[...]
        let folder = slash.map { String(path[..<$0]) } ?? ""
        if file.hasSuffix(".prompt") {
            self = Self.promptKind(String(file.dropLast(".prompt".count)), folder)
        } else if folder == "schemas", file.hasSuffix(".json") {
            self = .schema(name: String(file.dropLast(5)))
        } else if folder == "tools", file.hasSuffix(".json") {
            self = .tool(name: String(file.dropLast(5)))
        } else if folder == "labels", file.hasSuffix(".yaml") {
            self = .label(name: String(file.dropLast(5)))
        } else {
            return nil
        }
    }

    var isPrompt: Bool {
        if case .prompt = self { true } else { false }
    }

    /// Whether prompts refer to it.
    var isPart: Bool {
        switch self {
        case .partial, .schema, .tool: true
        case .prompt, .label, .misnamed: false
        }
    }

    private static func promptKind(_ stem: String, _ folder: String) -> PromptFileKind {
        if stem.hasPrefix("_") { return .partial }
        let parts = stem.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let name = folder.isEmpty ? parts[0] : folder + "/" + parts[0]
        guard parts.count <= 2, PromptName.isValid(name), parts.dropFirst().allSatisfy(PromptName.isValidPart) else {
            return .misnamed(
                "a prompt's file is name.prompt or name.variant.prompt, of letters, digits, '-' and '_'")
        }
        return .prompt(name: name, variant: parts.count == 2 ? parts[1] : nil)
    }
}
