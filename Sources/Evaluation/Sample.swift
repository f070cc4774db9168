package import Inference
import JSON

/// One run of one case: what was answered, and what the assertions came to.
package struct Sample: Sendable, Equatable {
    package enum Role: String, Sendable { case candidate, baseline }

    /// Which run it is. One key runs once.
    package struct Key: Sendable, Hashable {
        package var role: Role
        /// The gateway's model; nil for the prompt's own.
        package var model: String?
        package var caseID: String
        /// From 1.
        package var repetition: Int

        package init(role: Role, model: String?, caseID: String, repetition: Int) {
            self.role = role
            self.model = model
            self.caseID = caseID
            self.repetition = repetition
        }
    }

    /// What one assertion came to.
    package struct Check: Sendable, Equatable {
        package var title: String
        package var weight: Double
        package var passes: Bool
        package var score: Double
        package var reason: String
        /// The digest of the judge's prompt, where a judge decided alone.
        package var judge: String?
        /// What that judge said, before thresholds and negation.
        package var verdict: Bool?

        package init(_ assertion: Assertion, _ finding: Assertion.Finding, judge: String? = nil, verdict: Bool? = nil) {
            title = assertion.title
            weight = assertion.weight
            passes = finding.passes
            score = finding.score
            reason = finding.reason
            self.judge = judge
            self.verdict = verdict
        }

        init(title: String, weight: Double, passes: Bool, score: Double, reason: String, judge: String?, verdict: Bool?)
        {
            (self.title, self.weight, self.passes, self.score) = (title, weight, passes, score)
            (self.reason, self.judge, self.verdict) = (reason, judge, verdict)
        }
    }

    package var key: Key
    /// `name@version` and digest of the prompt that was rendered, as the gateway named them.
    package var prompt: String?
    package var digest: String?
    package var answer: Answer
    package var requestID: String?
    /// What judges and embeddings cost.
    package var judging: [Money] = []
    package var checks: [Check] = []
    /// The gateway withheld the answer, since it does not fit its prompt's schema: its text is not known.
    package var isWithheld = false
    /// Why there is no result: a provider that failed, a judge that was not understood. Not the prompt's fault.
    package var error: String?

    package init(key: Key, answer: Answer) {
        self.key = key
        self.answer = answer
    }

    /// Makes it a failure of the prompt: the answer was withheld.
    package mutating func withhold(_ reason: String) {
        isWithheld = true
        checks = [
            Check(
                title: "output schema", weight: 1, passes: false, score: 0, reason: reason, judge: nil, verdict: nil)
        ]
    }

    /// Whether it passes; nil when there is no result.
    package func passes(threshold: Double?) -> Bool? {
        guard error == nil else { return nil }
        guard let threshold else { return checks.allSatisfy(\.passes) }
        let all = checks.reduce(0) { $0 + $1.weight }
        let passed = checks.reduce(0) { $0 + ($1.passes ? $1.weight : 0) }
        // Weights come as decimals: a share of 0.8 must not miss a threshold of 0.8 by its last bit.
        return all == 0 || passed / all >= threshold - 1e-9
    }

    /// What failed, in one line for each assertion.
    package var failures: [String] {
        checks.filter { !$0.passes }.map { "\($0.title): \($0.reason)" }
    }
}
