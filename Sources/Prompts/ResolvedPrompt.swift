package import Inference
package import JSON

/// One exact version of a prompt, compiled and ready to render.
package struct ResolvedPrompt: Sendable {
    /// What the ledger and the response headers say of it.
    package let reference: PromptReference
    private let prompt: CompiledPrompt

    init(_ prompt: CompiledPrompt, label: String?, commit: String?, override: String? = nil) {
        self.prompt = prompt
        var reference = PromptReference(
            name: prompt.name, version: prompt.version, digest: prompt.digest, label: label, commit: commit)
        reference.override = override
        self.reference = reference
    }

    /// The gateway's model that the prompt's front matter names.
    package var model: String? { prompt.frontMatter.model }
    /// For messages: `Prompt 'support-reply' 3.1.0`.
    var title: String { prompt.title }

    /// Why a call of it cannot be served: no model has the name that its front matter says. 404 `model_not_found`; the
    /// caller has not sent that name, so the error says where it stands.
    package func missingModel(_ name: String) -> GatewayError {
        let fault = prompt.fault(at: nil)
        var error = GatewayError(
            404, "model_not_found",
            "\(prompt.title) names the model '\(name)', and this gateway has none of that name; whoever keeps the prompt"
                + " mends 'model:' in \(fault.file), or adds the model to the configuration", param: "model")
        error.prompt = fault
        error.prompt?.line = prompt.frontMatter.modelPlace.line
        error.prompt?.column = prompt.frontMatter.modelPlace.column
        return error
    }
    package var description: String? { prompt.frontMatter.description }
    /// Variables whose values appear in no trace.
    package var sensitiveVariables: [String] { prompt.frontMatter.sensitive }
    /// The names of all variables, in the order of their declaration.
    package var variables: [String] { prompt.frontMatter.input.properties.map(\.name) }

    /// `text` as the value of a variable: itself, or what it says as JSON where the variable is declared as no text.
    package func value(_ text: String, for variable: String) -> JSONValue {
        let declared = prompt.frontMatter.input.properties.first { $0.name == variable }
        guard let declared, !declared.schema.kinds.contains(.string) else { return .string(text) }
        return (try? JSONValue(parsing: Array(text.utf8))) ?? .string(text)
    }

    /// The variables as JSON Schema; nil when there are none.
    package var inputSchema: JSONValue? { prompt.frontMatter.inputSchema }
    /// Whether an answer that does not fit the output schema is withheld.
    package var enforcesOutput: Bool { prompt.frontMatter.enforcedOutput != nil }

    /// Returns why `text`, a model's answer, is withheld: 502 `prompt_output_invalid`. Nil when it fits, or nothing is
    /// enforced. The message names the place, and never shows the answer.
    package func refusal(ofAnswer text: String) -> GatewayError? {
        guard let schema = prompt.frontMatter.enforcedOutput else { return nil }
        var problem = "is not JSON"
        if let value = try? JSONValue(parsing: Array(text.utf8)) {
            guard let mismatch = schema.mismatch(value) else { return nil }
            problem = mismatch.path.isEmpty ? mismatch.message : "'\(mismatch.pointer)' \(mismatch.message)"
        }
        var error = GatewayError(
            502, "prompt_output_invalid", "\(prompt.title): the model's answer does not fit output.schema: \(problem)",
            shouldRetry: false)
        error.prompt = prompt.fault(at: nil)
        return error
    }

    /// Returns the messages and parameters of one request.
    ///
    /// - Parameters:
    ///   - variables: the client's `prompt.variables`, an object; nil is an empty one.
    ///   - history: the client's messages or items, placed at `{{history}}`, without it before a last user message.
    ///   - form: of the messages and parameters, and of `history`.
    ///   - mediaHosts: the only hosts that addresses of media may name; nil: any public one.
    ///   - masksSensitive: whether the texts and numbers of sensitive variables are shown as `***`.
    ///
    /// Errors: 400 `prompt_variable_missing`, `prompt_variable_unknown`, `prompt_variable_invalid`,
    /// `prompt_history_role`, `prompt_render_limit`, and `unsupported_parameter` for a parameter that `form` does not have.
    /// Their texts name variables and never show values.
    package func render(
        variables: JSONValue?, history: PromptHistory = PromptHistory(), form: MessageForm = .chat,
        mediaHosts: [String]? = nil, masksSensitive: Bool = false
    ) throws(GatewayError) -> RenderedPrompt {
        let parameters = try parameters(in: form)
        var complete = try checked(variables)
        if masksSensitive { complete = complete.masking(prompt.frontMatter.sensitive) }
        try check(history)
        if let missing = prompt.context.min() {
            throw refusal(
                "prompt_variable_missing", "'@\(missing)' is read by the template, and nothing gives it", nil, nil)
        }
        do throws(RenderFault) {
            let messages = try Renderer.messages(
                of: prompt.template, partials: prompt.partials, variables: complete, history: history, form: form,
                mediaHosts: mediaHosts)
            return RenderedPrompt(
                messages: messages, parameters: parameters, title: prompt.title, prompt: prompt.fault(at: nil))
        } catch {
            throw refusal(error)
        }
    }

    private func parameters(in form: MessageForm) throws(GatewayError) -> [PromptParameter] {
        guard form == .responses else { return prompt.frontMatter.parameters }
        let translated = ResponsesParameters(prompt.frontMatter.parameters)
        if let name = translated.unknown {
            throw refusal(
                "unsupported_parameter",
                "it sets '\(name)', which the Responses API does not have; call it on /v1/chat/completions", "prompt",
                nil)
        }
        return translated.parameters
    }

    /// Returns the variables with defaults for those that are not given.
    private func checked(_ given: JSONValue?) throws(GatewayError) -> JSONValue {
        let given = given == .null ? nil : given
        guard var members = (given ?? .object([])).objectValue else {
            throw refusal(
                "prompt_variable_invalid", "the variables are an object of names and values", "prompt.variables", nil)
        }
        try unwrapParts(in: &members)
        if let mismatch = prompt.frontMatter.input.mismatch(.object(members)) { throw refusal(mismatch) }
        for value in prompt.frontMatter.defaults where !members.contains(where: { $0.name == value.name }) {
            members.append(value)
        }
        return .object(members)
    }

    /// Puts texts and addresses in the place of parts of OpenAI's content. A variable that is declared as an object is left
    /// as it is.
    private func unwrapParts(in members: inout [JSONMember]) throws(GatewayError) {
        for index in members.indices {
            guard case .object = members[index].value else { continue }
            let name = members[index].name
            let declared = prompt.frontMatter.input.properties.first { $0.name == name }
            guard let declared, !declared.schema.kinds.contains(.object) else { continue }
            do throws(VariablePart.Refusal) {
                let content = try VariablePart.content(
                    of: members[index].value, isMedia: prompt.frontMatter.media.contains(name))
                members[index].value = content ?? members[index].value
            } catch {
                throw refusal(
                    "prompt_variable_invalid", "variable '\(name)' \(error.reason)", "prompt.variables.\(name)",
                    prompt.place(of: name))
            }
        }
    }

    /// A client may not speak for the prompt: its `system` message is refused, never merged.
    private func check(_ history: PromptHistory) throws(GatewayError) {
        let allowed = prompt.frontMatter.historyRoles
        if history.hasInstructions, !allowed.contains("system"), !allowed.contains("developer") {
            throw refusal(
                "prompt_history_role",
                "'instructions' speaks as the system does, and the prompt's llmgw.history_roles does not allow that",
                "instructions", nil)
        }
        for (index, message) in history.messages.enumerated() where !allowed.contains(message.role) {
            throw refusal(
                "prompt_history_role",
                "a message sent along may have the roles \(allowed.joined(separator: ", ")), and message \(index) has"
                    + " another; the prompt's llmgw.history_roles decides", "\(history.member)[\(index)].role", nil)
        }
    }

    // MARK: Refusals

    private func refusal(_ mismatch: Mismatch) -> GatewayError {
        let code =
            switch mismatch.kind {
            case .missing: "prompt_variable_missing"
            case .unknown: "prompt_variable_unknown"
            case .invalid: "prompt_variable_invalid"
            }
        let name = mismatch.path.count < 2 ? mismatch.path.first ?? "" : mismatch.pointer
        let place = mismatch.path.first.flatMap { prompt.place(of: $0) }
        return refusal(code, "variable '\(name)' \(mismatch.message)", "prompt.variables.\(mismatch.pointer)", place)
    }

    private func refusal(_ fault: RenderFault) -> GatewayError {
        switch fault {
        case .limit(let what): refusal("prompt_render_limit", what, "prompt.variables", nil)
        case .value(let value): refusal("prompt_variable_invalid", value.message, value.param, value.place)
        }
    }

    /// - Parameter place: what of the prompt's files the reason has to do with; nil for no one line.
    private func refusal(_ code: String, _ message: String, _ param: String?, _ place: FilePlace?) -> GatewayError {
        var error = GatewayError(400, code, "\(prompt.title): \(message)", param: param)
        error.prompt = prompt.fault(at: place)
        return error
    }
}

extension CompiledPrompt {
    /// What an error says of the prompt.
    fileprivate func fault(at place: FilePlace?) -> PromptFault {
        let position = place?.place
        return PromptFault(
            prompt: name, version: version, digest: digest, file: place?.path ?? path, line: position?.line,
            column: position?.column)
    }

    /// Where a variable is read first; for one that is not declared, where the one that was meant is.
    fileprivate func place(of variable: String) -> FilePlace? {
        reads[variable] ?? Suggestion.nearest(to: variable, among: reads.keys).flatMap { reads[$0] }
    }
}

extension JSONValue {
    /// The object with each text and number below the members `names` replaced by `***`.
    fileprivate func masking(_ names: [String]) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(
            members.map { JSONMember($0.name, names.contains($0.name) ? $0.value.masked : $0.value) })
    }

    /// The depth is bounded by the JSON reader.
    private var masked: JSONValue {
        switch self {
        case .string, .number: .string("***")
        case .array(let items): .array(items.map(\.masked))
        case .object(let members): .object(members.map { JSONMember($0.name, $0.value.masked) })
        case .null, .bool: self
        }
    }
}
