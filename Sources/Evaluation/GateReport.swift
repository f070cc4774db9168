package import Inference

/// What one gate file came to: all runs, all models, and the verdict.
package struct GateReport: Sendable {
    package enum Verdict: String, Sendable {
        case passed, failed
        /// Errors, a ceiling or a lost gateway stand between the runs and an answer.
        case unknown
    }

    package let gate: GateFile
    package let dataset: Dataset
    package let models: [ModelScore]
    /// In the order of models, cases and repetitions; the baseline's last.
    package let samples: [Sample]
    /// Why the run ended before its end; nil when it did not.
    package var stopped: String?
    /// What a reader should know besides.
    package var notes: [String]
    /// Whether simulated models inside the process answered.
    package var isOffline: Bool

    package init(
        _ gate: GateFile, _ dataset: Dataset, samples: [Sample], calibrations: [String: CalibrationRecord] = [:],
        stopped: String? = nil, notes: [String] = [], isOffline: Bool = false
    ) {
        self.gate = gate
        self.dataset = dataset
        self.samples = GateReport.ordered(samples, gate, dataset)
        self.stopped = stopped
        self.notes = notes
        self.isOffline = isOffline
        let names: [String?] = gate.models.isEmpty ? [nil] : gate.models
        models = names.map { ModelScore(gate, dataset, model: $0, samples: samples, calibrations: calibrations) }
    }

    /// `unknown` comes before `failed`: what could not be told may turn out either way when it is run again.
    package var verdict: Verdict {
        let verdicts = models.flatMap(\.checks).map(\.verdict)
        if stopped != nil || verdicts.contains(.unknown) { return .unknown }
        return verdicts.contains(.fail) ? .failed : .passed
    }

    /// What it cost, in nano-units by currency: the answers, and the judges.
    package var costs: (answers: [Currency: Int64], judging: [Currency: Int64]) {
        (GateReport.sum(samples.compactMap(\.answer.cost)), GateReport.sum(samples.flatMap(\.judging)))
    }

    /// Answers whose model has no price.
    package var unpriced: Int { samples.count { $0.error == nil && $0.answer.cost == nil } }

    package static func sum(_ amounts: [Money]) -> [Currency: Int64] {
        amounts.reduce(into: [:]) { sums, amount in
            let (sum, overflowed) = (sums[amount.currency] ?? 0).addingReportingOverflow(amount.nano)
            sums[amount.currency] = overflowed ? .max : sum
        }
    }

    /// `0.000648900 USD`, several currencies with a plus between; `0` for nothing.
    static func text(_ sums: [Currency: Int64]) -> String {
        let parts = sums.sorted { $0.key.code < $1.key.code }.map { Money(nano: $0.value, $0.key).description }
        return parts.isEmpty ? "0" : parts.joined(separator: " + ")
    }

    private static func ordered(_ samples: [Sample], _ gate: GateFile, _ dataset: Dataset) -> [Sample] {
        let lines = Dictionary(dataset.cases.map { ($0.id, $0.line) }, uniquingKeysWith: { first, _ in first })
        func place(_ sample: Sample) -> (Int, Int, Int, Int) {
            (
                sample.key.role == .candidate ? 0 : 1, gate.models.firstIndex { $0 == sample.key.model } ?? 0,
                lines[sample.key.caseID] ?? 0, sample.key.repetition
            )
        }
        return samples.sorted { place($0) < place($1) }
    }
}
