package import JSON
import YAML

/// What people want to know of one version of a prompt.
package struct PromptFacts: Sendable {
    /// A variable, as its declaration has it.
    package struct Variable: Sendable {
        package var name: String
        /// `string`, `array or null`; `any` for whatever may come.
        package var type: String
        package var isRequired: Bool
        package var initial: JSONValue?
    }

    package var name: String
    package var version: String?
    /// 64 hexadecimal digits.
    package var digest: String
    /// Begins with `prompts/`.
    package var path: String
    package var description: String?
    package var model: String?
    package var owner: String?
    package var variables: [Variable]
    /// Members of the request, by OpenAI's names.
    package var parameters: [JSONMember]
    /// What the digest stands for; paths begin with `prompts/`, sorted.
    package var files: [PromptSourceFile]

    init(_ prompt: CompiledPrompt) {
        let matter = prompt.frontMatter
        (name, version, digest, path) = (prompt.name, prompt.version, prompt.digest, prompt.path)
        (description, model) = (matter.description, matter.model)
        let file = prompt.files[prompt.path].flatMap { try? PromptFile(path: prompt.path, bytes: $0) }
        let entry = file?.frontMatter?.mappingMembers?.first { $0.name == "llmgw.owner" }
        owner = entry?.node.json.stringValue
        variables = matter.input.properties.map { property in
            Variable(
                name: property.name, type: property.schema.kinds == .any ? "any" : property.schema.kinds.description,
                isRequired: property.isRequired, initial: matter.defaults.first { $0.name == property.name }?.value)
        }
        parameters = matter.parameters.map { JSONMember($0.name, $0.value) }
        files = prompt.files.sorted { $0.key < $1.key }.map { PromptSourceFile(path: $0.key, bytes: $0.value) }
    }
}

extension PromptLibrary {
    /// Everything about one version; nil when the digest is not known.
    ///
    /// - Parameter digest: all 64 digits.
    package func facts(of digest: String) -> PromptFacts? {
        catalog.prompts[digest].map(PromptFacts.init)
    }

    /// The prompt's text with its partials in the place of the tags that include them; nil when the digest is not known.
    package func flatSource(of digest: String) -> [UInt8]? {
        catalog.prompts[digest].map { FlatSource($0).bytes }
    }
}
