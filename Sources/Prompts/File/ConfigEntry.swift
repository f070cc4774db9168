import JSON
import YAML

/// Translates `config` to members of OpenAI's request. Dotprompt's names and OpenAI's both do.
enum ConfigEntry {
    private struct Rule {
        var name: String
        var aliases: [String]
        var schema: ValueSchema
    }

    private static let rules: [Rule] = [
        Rule(name: "temperature", aliases: [], schema: .number(0...2)),
        Rule(name: "top_p", aliases: ["topP"], schema: .number(0...1)),
        Rule(name: "stop", aliases: ["stopSequences"], schema: .stop),
        Rule(
            name: "max_completion_tokens", aliases: ["maxOutputTokens", "max_output_tokens", "max_tokens"],
            schema: .integer(1...10_000_000)),
        Rule(name: "seed", aliases: [], schema: .integer(nil)),
        Rule(name: "n", aliases: ["candidateCount"], schema: .integer(1...128)),
        Rule(name: "frequency_penalty", aliases: ["frequencyPenalty"], schema: .number(-2...2)),
        Rule(name: "presence_penalty", aliases: ["presencePenalty"], schema: .number(-2...2)),
        Rule(name: "logprobs", aliases: [], schema: .kind(.boolean)),
        Rule(name: "top_logprobs", aliases: ["topLogprobs"], schema: .integer(0...20)),
        Rule(name: "reasoning_effort", aliases: ["reasoningEffort"], schema: .kind(.string)),
        Rule(name: "verbosity", aliases: [], schema: .kind(.string)),
        Rule(name: "parallel_tool_calls", aliases: ["parallelToolCalls"], schema: .kind(.boolean)),
        Rule(name: "tool_choice", aliases: ["toolChoice"], schema: .kind([.string, .object])),
        Rule(name: "service_tier", aliases: ["serviceTier"], schema: .kind(.string)),
    ]

    static func parameter(_ member: YAMLMember) throws(Fault) -> PromptParameter {
        guard let rule = rules.first(where: { $0.name == member.name || $0.aliases.contains(member.name) }) else {
            let hint = Suggestion.text(for: member.name, among: names)
            throw Fault(.config, "config has no key '\(member.name)'\(hint)", at: Place(member.position))
        }
        let value = member.node.json
        if let mismatch = rule.schema.mismatch(value) {
            throw Fault(.config, "\(member.name) \(mismatch.message)", at: Place(member.node.position))
        }
        return PromptParameter(name: rule.name, value: value, isLocked: true)
    }

    /// All names of keys, OpenAI's and dotprompt's.
    static var names: [String] { rules.flatMap { [$0.name] + $0.aliases } }

    /// OpenAI's name of a key.
    static func wireName(_ name: String) -> String? {
        rules.first { $0.name == name || $0.aliases.contains(name) }?.name
    }
}

extension ValueSchema {
    fileprivate static func kind(_ kinds: Kinds) -> ValueSchema {
        var schema = ValueSchema()
        schema.kinds = kinds
        schema.others = kinds.contains(.object) ? [.anything] : []
        return schema
    }

    fileprivate static func number(_ range: ClosedRange<Double>) -> ValueSchema {
        var schema = kind(.number)
        (schema.minimum, schema.maximum) = (range.lowerBound, range.upperBound)
        return schema
    }

    fileprivate static func integer(_ range: ClosedRange<Int>?) -> ValueSchema {
        var schema = kind(.integer)
        schema.minimum = range.map { Double($0.lowerBound) }
        schema.maximum = range.map { Double($0.upperBound) }
        return schema
    }

    /// One text, or several.
    fileprivate static var stop: ValueSchema {
        var schema = kind([.string, .array])
        schema.items = [kind(.string)]
        return schema
    }
}
