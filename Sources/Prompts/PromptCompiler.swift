import JSON

/// Compiles the files of a folder, and collects all that is wrong in them.
struct PromptCompiler {
    private(set) var prompts: [String: CompiledPrompt] = [:]
    private(set) var labels: [PromptLabel] = []
    /// What labels may name besides ``prompts``, and what is known of the past.
    private let past: Past
    private(set) var diagnostics: [PromptDiagnostic] = []

    private var parts = PromptParts()

    /// What the compiler is told of versions that are not among its files.
    enum Past {
        /// There are no other versions: labels name what is in the folder.
        case none
        case known(PromptCatalog, isWhole: Bool)
    }

    /// - Parameter known: what was compiled before; what is compiled here is added to it.
    init(_ files: [PromptSourceFile], past: Past = .none, _ known: inout PromptCompilations) {
        self.past = past
        let files = files.sorted { $0.path < $1.path }
        // First what prompts refer to, then prompts, then what refers to prompts.
        for file in files { readPart(file) }
        for outcome in known.outcomes(of: files.filter(\.isPrompt), parts: parts) { take(outcome) }
        for file in files { readLabel(file) }
        sort()
    }

    /// Compiles one prompt with parts that were read before. Without errors it is in ``prompts``.
    init(_ file: PromptSourceFile, parts: PromptParts) {
        past = .none
        self.parts = parts
        readPrompt(file)
    }

    private mutating func readPart(_ file: PromptSourceFile) {
        do throws(Fault) {
            try parts.set(file)
            add(parts.partials[file.path]?.foreignFaults ?? [], "prompts/" + file.path)
        } catch {
            let all = PromptParts.faults(inPartial: file)
            add(all.isEmpty ? [error] : all, "prompts/" + file.path)
        }
    }

    // MARK: Prompts

    private mutating func take(_ outcome: PromptCompilations.Outcome) {
        if let prompt = outcome.prompt { prompts[prompt.name] = prompt }
        diagnostics += outcome.diagnostics
    }

    private mutating func readPrompt(_ file: PromptSourceFile) {
        guard case .prompt(let name, let variant)? = file.kind else { return }
        let key = variant.map { "\(name).\($0)" } ?? name
        attempt(file.path) { (compiler) throws(Fault) in
            try compiler.compile(file, key: key, name: name, variant: variant)
        }
    }

    private mutating func compile(
        _ file: PromptSourceFile, key: String, name: String, variant: String?
    ) throws(Fault) {
        var broken: [Fault] = []
        let parsed = try PromptFile(path: "prompts/" + file.path, bytes: file.bytes, faults: &broken)
        let named = parts.schemas
        var reader = FrontMatterReader(name: name, variant: variant) {
            Self.schemaName($0, named).flatMap { named[$0] }
        }
        reader.read(parsed.frontMatter)
        add(broken + reader.faults, parsed.path)
        var matter = reader.result
        // What a front matter that cannot be read declares is not known: no read of the body is wrong.
        if !broken.isEmpty { matter.input = .anyVariables }
        var bundle = [parsed.path: file.bytes]
        addTools(&matter, &bundle, parsed.path)
        for schema in matter.schemas {
            include("schemas/" + (Self.schemaName(schema, parts.schemas) ?? schema) + ".json", &bundle)
        }
        var faults: [Fault] = []
        let template = Template(parsed.source, from: parsed.bodyOffset, path: parsed.path, faults: &faults)
        add(faults, parsed.path)
        let (reached, isWhole) = reachedPartials(template, folder: Self.folder(of: file.path))
        let check = check(template, matter, reached, isWhole: isWhole && faults.isEmpty)
        guard isWhole else { return }
        for partial in reached.values { include(String(partial.path.dropFirst("prompts/".count)), &bundle) }
        prompts[key] = CompiledPrompt(
            name: key, path: parsed.path, frontMatter: matter, template: template, partials: reached,
            context: check.context, reads: check.reads, digest: BundleDigest.hex(of: bundle), files: bundle)
    }

    /// `Order` stands for `schemas/Order.json`, else for `schemas/order.json`.
    private static func schemaName(_ name: String, _ schemas: [String: JSONValue]) -> String? {
        [name, name.lowercased()].first { schemas[$0] != nil }
    }

    fileprivate static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    }

    private mutating func addTools(_ matter: inout FrontMatter, _ bundle: inout [String: [UInt8]], _ path: String) {
        guard !matter.tools.isEmpty else { return }
        var definitions: [JSONValue] = []
        for reference in matter.tools {
            guard let tool = parts.tools[reference.name] else {
                let hint = Suggestion.text(for: reference.name, among: parts.tools.keys)
                add([Fault(.tool, "there is no file tools/\(reference.name).json\(hint)", at: reference.place)], path)
                continue
            }
            definitions.append(tool)
            include("tools/\(reference.name).json", &bundle)
        }
        let isLocked = !matter.overridable.contains("tools")
        matter.parameters.append(PromptParameter(name: "tools", value: .array(definitions), isLocked: isLocked))
    }

    private func include(_ path: String, _ bundle: inout [String: [UInt8]]) {
        bundle["prompts/" + path] = parts.bytes[path]
    }

    // MARK: Partials

    /// Returns every partial that `template` reaches, by name, and whether none is missing or includes itself.
    private mutating func reachedPartials(
        _ template: Template, folder: String
    ) -> (partials: [String: Template], isWhole: Bool) {
        var reached: [String: Template] = [:]
        let before = diagnostics.count
        reach(template, folder, trail: [], &reached)
        let new = diagnostics[before...]
        // What goes round in circles is not followed.
        if new.contains(where: { $0.code == FaultCode.partialDepth.rawValue }) { reached = [:] }
        return (reached, new.isEmpty)
    }

    /// The trail ends at depth 32 at the latest.
    private mutating func reach(
        _ template: Template, _ folder: String, trail: [String], _ reached: inout [String: Template]
    ) {
        for call in template.partials {
            let place = template.source.place(at: call.offset)
            if trail.contains(call.name) {
                let circle = (trail + [call.name]).joined(separator: " → ")
                add([Fault(.partialDepth, "the partial includes itself: \(circle)", at: place)], template.path)
                continue
            }
            guard trail.count < Renderer.maxDepth else {
                add([Fault(.partialDepth, "partials include each other deeper than 32", at: place)], template.path)
                continue
            }
            guard reached[call.name] == nil else { continue }
            guard let found = partial(call.name, folder) else {
                add([Fault(.partialMissing, missing(call.name, folder), at: place)], template.path)
                continue
            }
            reach(found, folder, trail: trail + [call.name], &reached)
            reached[call.name] = found
        }
    }

    /// Beside the prompt first, then in `partials/`.
    private func partial(_ name: String, _ folder: String) -> Template? {
        let path = Self.underscored(name)
        return parts.partials[folder + path] ?? parts.partials["partials/" + path]
    }

    private func missing(_ name: String, _ folder: String) -> String {
        let known = parts.partials.keys.map { path in
            String(path.split(separator: "/").last?.dropFirst().dropLast(".prompt".count) ?? "")
        }
        return "there is no partial '\(name)': neither prompts/partials/\(Self.underscored(name)) nor"
            + " prompts/\(folder)\(Self.underscored(name))" + Suggestion.text(for: name, among: known)
    }

    /// `billing/footer` is `billing/_footer.prompt`.
    fileprivate static func underscored(_ name: String) -> String {
        var parts = name.split(separator: "/").map(String.init)
        let last = parts.popLast() ?? ""
        return (parts + ["_\(last).prompt"]).joined(separator: "/")
    }

    // MARK: Checks

    /// Reads the template against the declarations, and returns what it reads.
    ///
    /// - Parameter isWhole: whether all that could read a variable is known.
    private mutating func check(
        _ template: Template, _ matter: FrontMatter, _ partials: [String: Template], isWhole: Bool
    ) -> ScopeCheck {
        var check = ScopeCheck(
            file: .init(path: template.path, source: template.source), input: matter.input, media: matter.media,
            partials: partials)
        check.defaults = Set(matter.defaults.map(\.name))
        check.check(template.nodes)
        diagnostics += check.found
        for property in matter.input.properties where isWhole && !check.used.contains(property.name) {
            let place = matter.variablePlaces[property.name] ?? .start
            add([Fault(.unused, "variable '\(property.name)' is declared and never read", at: place)], template.path)
        }
        // Without any variable, whoever writes {name} means one; with some, only their names are taken for it.
        let names = Set(matter.input.properties.map(\.name))
        add(
            template.foreignFaults { root in names.contains(root) || isWhole && names.isEmpty && check.used.isEmpty },
            template.path)
        return check
    }

    private mutating func readLabel(_ file: PromptSourceFile) {
        guard case .label(let name)? = file.kind else { return }
        attempt(file.path) { (compiler) throws(Fault) in
            let label = try PromptLabel(name: name, path: "prompts/" + file.path, bytes: file.bytes)
            compiler.labels.append(label)
            compiler.add(compiler.faults(of: label), label.path)
        }
    }

    private func faults(of label: PromptLabel) -> [Fault] {
        switch past {
        case .none: label.faults(against: PromptCatalog(prompts.values), in: "the folder", isWhole: false)
        case .known(let catalog, let isWhole): label.faults(against: catalog, in: "the history", isWhole: isWhole)
        }
    }

    // MARK: Faults

    /// Takes what others found in the files, by path below `prompts/`.
    mutating func add(_ faults: [String: Fault]) {
        for (path, fault) in faults { add([fault], "prompts/" + path) }
        sort()
    }

    mutating func add(_ faults: [(path: String, fault: Fault)]) {
        for (path, fault) in faults { add([fault], path) }
        sort()
    }

    private mutating func sort() {
        diagnostics.sort { ($0.file, $0.line, $0.column, $0.code) < ($1.file, $1.line, $1.column, $1.code) }
    }

    private mutating func add(_ faults: [Fault], _ path: String) {
        diagnostics += faults.map { $0.diagnostic(in: path) }
    }

    private mutating func attempt(_ path: String, _ body: (inout PromptCompiler) throws(Fault) -> Void) {
        do throws(Fault) {
            try body(&self)
        } catch {
            add([error], "prompts/" + path)
        }
    }
}

extension CompiledPrompt {
    /// Whether every name in it stands for the same file in `parts` as when it was compiled.
    func reachesTheSame(in parts: PromptParts) -> Bool {
        let folder = PromptCompiler.folder(of: String(path.dropFirst("prompts/".count)))
        let beside = partials.keys.map(PromptCompiler.underscored)
        let schemas = frontMatter.schemas.flatMap { [$0, $0.lowercased()] }.map { "schemas/\($0).json" }
        // What was not there counts too: a file beside the prompt goes before one in `partials/`.
        let looked =
            beside.flatMap { [folder + $0, "partials/" + $0] } + schemas
            + frontMatter.tools.map { "tools/\($0.name).json" }
        return looked.allSatisfy { files["prompts/" + $0] == parts.bytes[$0] }
    }
}
