import Evaluation
import Gateway
import Glibc
import Prompts

/// What an evaluation without a gateway names, looked up in the configuration: its simulated models have every name.
struct EvaluationReferences {
    private let models: ModelCheck?

    /// Takes the configuration that is named, or that is where it usually is and serves this folder of prompts. Without one,
    /// a note says that models are not checked.
    ///
    /// - Parameter prompts: the folder of prompts.
    init(of prompts: String, _ arguments: Arguments, _ context: Context) throws(Failure) {
        guard let configuration = try EvaluationReferences.configuration(of: prompts, arguments, context) else {
            models = nil
            context.errors.line(
                "note: whether the models of prompts and gates exist is not checked, for there is no configuration of"
                    + " \(ShownPath.text(prompts)); name one with --config")
            context.errors.flush()
            return
        }
        models = ModelCheck(among: Set(configuration.models.keys))
    }

    /// Refuses a gate that names what nobody has.
    func require(_ files: EvaluationFiles, selector: String) throws(Failure) {
        let references = GateReferences(try files.library(), models, checksPrompts: true)
        let faults = references.faults(of: files, selector: selector)
        guard faults.isEmpty else { throw .usage(faults.map(\.description).joined(separator: "\n")) }
    }

    /// Refuses a judge whose model nobody has.
    func require(_ judge: ResolvedPrompt) throws(Failure) {
        if let reason = models?.reason(judge) { throw .usage(reason) }
    }

    private static func configuration(
        of prompts: String, _ arguments: Arguments, _ context: Context
    ) throws(Failure) -> Configuration? {
        if arguments.text("config") != nil { return try LedgerLocation.configuration(arguments, context) }
        guard access(context.configurationPath(arguments), F_OK) == 0 else { return nil }
        let configuration = try LedgerLocation.configuration(arguments, context)
        let served = configuration.prompts.path.flatMap(whole)
        return served != nil && served == whole(prompts) ? configuration : nil
    }

    private static func whole(_ path: String) -> String? {
        guard let pointer = realpath(path, nil) else { return nil }
        defer { free(pointer) }
        return String(cString: pointer)
    }
}
