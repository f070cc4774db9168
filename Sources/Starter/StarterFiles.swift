/// The files of a small gateway that runs: what `llmgw init` writes, as they lie in `Files`.
package enum StarterFiles {
    package struct File: Sendable {
        /// Relative to the folder that is made.
        package let path: String
        package let bytes: [UInt8]
    }

    package static let all = [
        File(path: "config/gateway.yaml", bytes: PackageResources.gateway_yaml),
        // The book that the program is delivered with, so that a vendor's model has its price at once.
        File(path: "config/prices.yaml", bytes: PackageResources.prices_yaml),
        File(path: "config/metrics.yaml", bytes: PackageResources.metrics_yaml),
        File(path: "prompts/hello.prompt", bytes: PackageResources.hello_prompt),
    ]

    /// What git should leave alone: the ledger, and what else the program writes while it runs.
    package static let ignored = "/var/"
}
