package import Inference
package import JSON

/// What a vendor may do for a request beside writing, for a fee by the piece: searches, fetches, runs of code.
///
/// Functions and custom tools are not among them: their calls come back to the client.
package struct HostedTools: Sendable, Hashable {
    /// The API that the request is in, and whose figures the answer's usage holds.
    package enum Dialect: Sendable, Hashable {
        case chat(UsageDialect)
        case responses(UsageDialect)

        /// Whose figures these are.
        var usage: UsageDialect {
            switch self {
            case .chat(let usage), .responses(let usage): usage
            }
        }

        var isResponses: Bool {
            if case .responses = self { true } else { false }
        }
    }

    package struct Tool: Sendable, Hashable {
        /// What is billed, under the name that the price book and ``Inference/Usage/extras`` have for it.
        package let piece: String
        /// Where the request asks for it, such as `tools[0]`.
        package let place: String
        /// The most calls of it, for each choice; nil when nobody says.
        package fileprivate(set) var limit: Int64?
        /// The member that holds such a limit, and its object; nil when the vendor has none.
        fileprivate var member: LimitMember?
        var takesLimit: Bool { member != nil }
        /// Whether one limit holds for it and others together.
        var sharesLimit: Bool { member == .some(.maxToolCalls) }
        /// Whether the model reads all of its input again after each call, and is billed for that.
        var isLoop: Bool
        /// Whether the answer's usage says how many there were.
        var isReported: Bool
        /// Whether it is billed once for the request, called or not, and whatever the choices.
        var isOnce = false
    }

    fileprivate enum LimitMember: Sendable, Hashable {
        case maxUses(JSONNode)
        case maxSearchResults(JSONNode)
        /// One member of the request, for all of `tools` together.
        case maxToolCalls
    }

    /// In the order of the request.
    package fileprivate(set) var tools: [Tool] = []
    /// The most calls of all tools together that share a limit; nil when nobody says.
    package fileprivate(set) var sharedLimit: Int64?
    /// The limit that the gateway sets, where it sets one.
    package private(set) var imposedLimit: Int64?

    package var isEmpty: Bool { tools.isEmpty }

    /// Of a request that is answered without any.
    package static let none = HostedTools()

    private init() {}

    /// - Parameter model: the vendor's own name; some search for every request.
    package init(_ document: JSONDocument, dialect: Dialect, model: String) {
        readTools(document, dialect)
        if tools.contains(where: \.sharesLimit) { sharedLimit = document.count("max_tool_calls", of: document.root) }
        readSearch(document, dialect.usage, model)
    }

    /// Adds what the vendor bills for each request, whatever it does for it, where the price book has a price for that.
    package mutating func addRequestFee(at price: Price) {
        guard price.perCall[HostedTools.requestPiece] ?? 0 > 0 else { return }
        tools.append(
            Tool(piece: HostedTools.requestPiece, place: "model", isLoop: false, isReported: false, isOnce: true))
    }

    /// Sets `ceiling` where the request has no limit of its own, and if it `lowers`, where that is larger.
    ///
    /// A tool whose vendor has no member for a limit stays as it is.
    package mutating func impose(_ ceiling: Int64, lowers: Bool) {
        func exceeds(_ limit: Int64?) -> Bool { limit.map { lowers && $0 > ceiling } ?? true }
        for index in tools.indices {
            switch tools[index].member {
            case nil: continue
            case .maxToolCalls?:
                guard exceeds(sharedLimit) else { continue }
                sharedLimit = ceiling
            case .maxUses?, .maxSearchResults?:
                guard exceeds(tools[index].limit) else { continue }
                tools[index].limit = ceiling
            }
            imposedLimit = ceiling
        }
    }

    /// Writes the limits that stand into the request, if the gateway has set any of them.
    func write(to edits: inout JSONEdits, of document: JSONDocument) {
        guard imposedLimit != nil else { return }
        for tool in tools {
            guard let limit = tool.sharesLimit ? sharedLimit : tool.limit else { continue }
            let json = Array(String(limit).utf8)
            switch tool.member {
            case .maxUses(let object)?: edits.set("max_uses", to: json, in: object, of: document)
            case .maxSearchResults(let object)?: edits.set("max_search_results", to: json, in: object, of: document)
            case .maxToolCalls?: edits.set("max_tool_calls", to: json, in: document.root, of: document)
            case nil: break
            }
        }
    }
}

// MARK: What the request asks for

extension HostedTools {
    /// Tools that run at the client, or have no fee.
    private static let clientSide: Set<String> = [
        "function", "custom", "local_shell", "apply_patch", "namespace", "computer", "computer_use_preview",
        "tool_search",
    ]

    /// The same of Anthropic, by how their dated types begin.
    private static let datedClientSide = ["computer_20", "bash_20", "text_editor_20", "memory_20"]

    /// Names of known fees, by how the type of a tool begins.
    private static let pieces = [
        preview, "web_search", "web_fetch", "file_search", "code_interpreter", "code_execution", "image_generation",
        "x_search", "mcp", "shell",
    ]

    /// What is billed for the request itself.
    package static let requestPiece = "request"

    /// The earlier tool for searches, which has a price of its own; answers count its calls as those of the later one.
    static let preview = "web_search_preview"

    /// What is billed for tools that this version does not know.
    package static let unknownPiece = "hosted_tool"

    private mutating func readTools(_ document: JSONDocument, _ dialect: Dialect) {
        guard let list = document.member("tools", of: document.root), document.kind(list) == .array else { return }
        for (index, node) in document.elements(of: list).enumerated() {
            guard let member = document.member("type", of: node) else { continue }
            let type = document.string(member) ?? ""
            guard !HostedTools.clientSide.contains(type), !HostedTools.datedClientSide.contains(where: type.hasPrefix),
                !HostedTools.isLocalShell(type, node, document)
            else { continue }
            let piece = HostedTools.pieces.first(where: type.hasPrefix) ?? HostedTools.unknownPiece
            var tool = Tool(
                piece: piece, place: "tools[\(index)]", isLoop: true,
                isReported: dialect.reports(piece))
            if let container = HostedTools.containers[piece], dialect.billsContainers {
                tool = Tool(
                    piece: HostedTools.sized(piece, document.member(container, of: node), document), place: tool.place,
                    isLoop: true, isReported: false, isOnce: true)
            }
            if dialect.isResponses {
                tool.member = .maxToolCalls
            } else if HostedTools.takesMaxUses(type) {
                tool.limit = document.count("max_uses", of: node)
                tool.member = .maxUses(node)
            }
            tools.append(tool)
        }
    }

    /// Tools that run in a container, which is what is billed, and the members that say in which.
    private static let containers: [String: StaticString] = ["code_interpreter": "container", "shell": "environment"]

    /// The piece for a container of this memory, such as `code_interpreter_64g`; `piece` for one of the default size.
    private static func sized(_ piece: String, _ container: JSONNode?, _ document: JSONDocument) -> String {
        guard let container, let memory = document.member("memory_limit", of: container),
            document.kind(memory) != .null
        else { return piece }
        guard let size = document.string(memory), size.utf8.count <= 8, UsageExtras.isName(size) else {
            return unknownPiece
        }
        return size == "1g" ? piece : "\(piece)_\(size)"
    }

    /// A shell runs at the client unless its environment is the vendor's.
    private static func isLocalShell(_ type: String, _ tool: JSONNode, _ document: JSONDocument) -> Bool {
        guard type == "shell" else { return false }
        guard let environment = document.member("environment", of: tool), document.kind(environment) != .null else {
            return true
        }
        return document.member("type", of: environment).map { document.equals($0, "local") } ?? false
    }

    /// Anthropic's tools bear the day of their making, and stop after `max_uses`.
    private static func takesMaxUses(_ type: String) -> Bool {
        ["web_search_20", "web_fetch_20"].contains { type.hasPrefix($0) && type.utf8.count == $0.utf8.count + 6 }
    }

    /// Searches that are asked for outside of `tools`, on either API: no `max_tool_calls` holds for them.
    private mutating func readSearch(_ document: JSONDocument, _ usage: UsageDialect, _ model: String) {
        func object(_ name: StaticString) -> JSONNode? {
            document.member(name, of: document.root).flatMap { document.kind($0) == .null ? nil : $0 }
        }
        func add(_ piece: String, _ place: String, limit: Int64? = nil, member: LimitMember? = nil) {
            tools.append(
                Tool(
                    piece: piece, place: place, limit: limit, member: member, isLoop: false,
                    isReported: usage.reports(piece)))
        }
        if object("web_search_options") != nil || usage == .openai && model.contains("-search") {
            // OpenAI's models for search look once before they answer; what others make of it is not known.
            add("web_search", "web_search_options", limit: usage == .openai ? 1 : nil)
        }
        if let parameters = object("search_parameters"), !isOff(parameters, document) {
            add(
                "search_sources", "search_parameters", limit: document.count("max_search_results", of: parameters),
                member: .maxSearchResults(parameters))
        }
        if usage == .openrouter { readPlugins(object("plugins"), document, model, add) }
        if usage == .mistral, HostedTools.hearsSound(document) { add("audio_seconds", "messages") }
    }

    private func isOff(_ parameters: JSONNode, _ document: JSONDocument) -> Bool {
        document.member("mode", of: parameters).map { document.equals($0, "off") } ?? false
    }

    private func readPlugins(
        _ plugins: JSONNode?, _ document: JSONDocument, _ model: String,
        _ add: (String, String, Int64?, LimitMember?) -> Void
    ) {
        if model.hasSuffix(":online") { add("web_search", "model", nil, nil) }
        guard let plugins, document.kind(plugins) == .array else { return }
        for (index, plugin) in document.elements(of: plugins).enumerated() {
            let isWeb = document.member("id", of: plugin).map { document.equals($0, "web") } ?? false
            add(isWeb ? "web_search" : HostedTools.unknownPiece, "plugins[\(index)]", nil, nil)
        }
    }

    private static func hearsSound(_ document: JSONDocument) -> Bool {
        guard let messages = document.member("messages", of: document.root) else { return false }
        return document.elements(of: messages).contains { message in
            guard let content = document.member("content", of: message) else { return false }
            return document.elements(of: content).contains { part in
                document.member("type", of: part).map { document.equals($0, "input_audio") } ?? false
            }
        }
    }
}

extension HostedTools.Dialect {
    /// Whether runs of code are billed by the container; xAI bills them by the call, as engines of chat completions do.
    fileprivate var billsContainers: Bool { isResponses && usage != .xai }

    /// Whether the answer says how many calls there were of a tool in `tools`.
    fileprivate func reports(_ piece: String) -> Bool {
        let reported = piece == HostedTools.preview ? "web_search" : piece
        return usage.reports(reported) || isResponses && ResponseReader.pieces.contains { $0.piece == reported }
    }
}

extension UsageDialect {
    /// Whether the usage says how many of these there were.
    fileprivate func reports(_ piece: String) -> Bool {
        switch self {
        case .openrouter: piece == "web_search"
        case .xai: piece == "search_sources"
        case .mistral: piece == "audio_seconds"
        case .openai, .groq, .deepseek, .compatible: false
        }
    }
}

extension OpenAIRequest {
    /// What an upstream may do for this request beside writing.
    ///
    /// - Parameter model: the vendor's own name.
    package func hostedTools(of usage: UsageDialect, model: String) -> HostedTools {
        HostedTools(document, dialect: endpoint == .responses ? .responses(usage) : .chat(usage), model: model)
    }
}
