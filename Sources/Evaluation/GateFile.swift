/// What must hold of a prompt: `NAME.eval.yaml`.
package struct GateFile: Sendable {
    package var file: String
    /// The prompt's name, without a selector.
    package var prompt: String
    /// Relative to the gate file, as it stands there.
    package var dataset: String
    /// The gateway's models that answer, one after the other; empty for the prompt's own.
    package var models: [String] = []
    /// How often each case runs: a model's answer is one draw of many.
    package var repetitions = 1
    /// Sent along, one higher for each repetition; nil sends none.
    package var seed: Int64?
    /// What every case must have, besides its own.
    package var defaults: [Assertion] = []
    package var rules = GateRules()
    /// Where each key of the file stands, from 1.
    package var lines: [String: Int] = [:]
    /// SHA-256 of the file's bytes.
    package var digest = ""
}

extension GateFile {
    /// A case that no answer could fail: nothing but its rendering is looked at.
    package func uncheckedCase(of dataset: Dataset) -> EvaluationCase? {
        guard defaults.allSatisfy(\.isOfRendering) else { return nil }
        return dataset.cases.first { $0.assertions.allSatisfy(\.isOfRendering) }
    }

    /// A slice that is asked about and that no case belongs to: a misspelt name would never fail.
    package func emptySlice(of dataset: Dataset) -> Slice? {
        rules.slices.map(\.slice).first { slice in !dataset.cases.contains { $0.isIn(slice) } }
    }
}

/// The thresholds of a gate; what is nil is not asked for.
package struct GateRules: Sendable, Equatable {
    /// The least pass rate, 0 to 1.
    package var passRate: Double?
    /// The least lower end of the pass rate's 95 % interval.
    package var passRateLower: Double?
    package var slices: [SliceRule] = []
    package var regression: RegressionRule?
    /// What the run may cost, judges included, in nano-units of US dollars.
    package var maxCost: Int64?
    /// The share of runs that may end without an answer, 0 to 1.
    package var maxErrors = 0.0

    package init() {}

    /// Whether any answer could fail it.
    var isDecisive: Bool { passRate != nil || passRateLower != nil || !slices.isEmpty || regression != nil }
}

package struct SliceRule: Sendable, Equatable {
    package var slice: Slice
    package var passRate: Double
}

/// That the prompt is no worse than another version of it on the same cases.
package struct RegressionRule: Sendable, Equatable {
    /// A selector's second half, such as `@production`.
    package var baseline = "@production"
    /// A drop of at most this is let through, 0 to 1.
    package var margin = 0.0
    /// The level of the test: how often a drop by chance alone may be taken for one.
    package var alpha = 0.05
}
