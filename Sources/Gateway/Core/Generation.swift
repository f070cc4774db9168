import Inference
import PluginKit
package import Prompts
package import Routing

/// One immutable whole of configuration, prompts, prices and experiments.
///
/// A reload makes the next; a request keeps the one it began with, so no request ever sees half of a change.
package final class Generation: Sendable {
    /// 12 hexadecimal digits over all files that it was made from. In every response and every row.
    package let id: String
    /// The commit of the repository that holds the configuration; nil outside git.
    package let commit: String?
    package let configuration: Configuration
    package let prompts: PromptLibrary
    package let experiments: [Experiment]
    package let models: [String: Model]
    let plugins: PluginChain

    init(
        id: String, commit: String?, configuration: Configuration, prompts: PromptLibrary, experiments: [Experiment],
        models: [String: Model], plugins: PluginChain
    ) {
        self.id = id
        self.commit = commit
        self.configuration = configuration
        self.prompts = prompts
        self.experiments = experiments
        self.models = models
        self.plugins = plugins
    }
}
