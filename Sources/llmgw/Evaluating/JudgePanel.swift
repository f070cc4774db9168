import Analysis
import Evaluation
import Inference
import JSON

/// Asks other models about an answer. Lives on the main loop.
final class JudgePanel {
    private let client: EvaluationClient
    /// The judges that gave verdicts, `name@version`, with the digests of their prompts.
    private(set) var answered: [String: String] = [:]

    init(_ client: EvaluationClient) {
        self.client = client
    }

    /// - Parameter costs: takes what each call cost; nil for one without a price.
    /// - Throws: for a judge that is not understood too. What nobody judged does not pass.
    func check(
        _ assertion: Assertion, _ answer: Answer, _ variables: JSONValue, _ costs: inout [Money?]
    ) async throws(EvaluationClient.CallFailure) -> Sample.Check? {
        switch assertion.test {
        case .judge(let call):
            let (verdict, digest) = try await verdict(call, answer.text, variables, &costs)
            let finding = verdict.finding(threshold: call.threshold)
            return Sample.Check(
                assertion, assertion.isNegated ? assertion.negated(finding) : finding, judge: digest,
                verdict: verdict.passes)
        case .pairwise(let call, let reference):
            let finding = try await compare(call, answer.text, reference, variables, &costs)
            return Sample.Check(assertion, assertion.isNegated ? assertion.negated(finding) : finding)
        case .similar(let text, let model, let least):
            let finding = try await similarity(answer.text, text, model, least, &costs)
            return Sample.Check(assertion, assertion.isNegated ? assertion.negated(finding) : finding)
        default: return nil
        }
    }

    /// A judge's verdict on one answer, and the digest of the judge's prompt.
    func verdict(
        _ call: Assertion.JudgeCall, _ answer: String, _ variables: JSONValue, _ costs: inout [Money?]
    ) async throws(EvaluationClient.CallFailure) -> (Verdict, digest: String?) {
        let reply = try await ask(call, [JSONMember("answer", .string(answer))], variables, &costs)
        return (
            try JudgePanel.understood(reply) { (answer) throws(Verdict.Unreadable) in try Verdict(answer) },
            reply.digest
        )
    }

    private func compare(
        _ call: Assertion.JudgeCall, _ answer: String, _ reference: String, _ variables: JSONValue,
        _ costs: inout [Money?]
    ) async throws(EvaluationClient.CallFailure) -> Assertion.Finding {
        var preferences: [Preference] = []
        for (first, second) in [(answer, reference), (reference, answer)] {
            let members = [JSONMember("answer_a", .string(first)), JSONMember("answer_b", .string(second))]
            let reply = try await ask(call, members, variables, &costs)
            preferences.append(
                try JudgePanel.understood(reply) { (answer) throws(Verdict.Unreadable) in try Preference(answer) })
        }
        let score = Preference.score(forward: preferences[0], backward: preferences[1])
        return Assertion.Finding(
            passes: score >= call.threshold ?? 0.5, score: score,
            reason: score == 0 ? "the judge prefers the reference" : "the judge has no preference for it")
    }

    private func similarity(
        _ answer: String, _ text: String, _ model: String, _ least: Double, _ costs: inout [Money?]
    ) async throws(EvaluationClient.CallFailure) -> Assertion.Finding {
        let (vectors, cost): ([[Double]], Money?)
        do throws(EvaluationClient.CallFailure) {
            (vectors, cost) = try await client.embeddings([answer, text], model: model)
        } catch {
            var failure = error
            if error.cost != nil { costs.append(error.cost) }
            failure.cost = nil
            throw failure
        }
        costs.append(cost)
        guard vectors.count == 2 else {
            throw EvaluationClient.CallFailure(kind: .call, message: "'\(model)' gave \(vectors.count) vectors, not 2")
        }
        guard let cosine = TextSimilarity.cosine(vectors[0], vectors[1]) else {
            throw EvaluationClient.CallFailure(kind: .call, message: "'\(model)' gave vectors that cannot be compared")
        }
        let hundredths = Int((cosine * 100).rounded())
        return Assertion.Finding(
            passes: cosine >= least, score: max(0, min(1, cosine)),
            reason: "the similarity is \(hundredths) %, which is too low")
    }

    private func ask(
        _ call: Assertion.JudgeCall, _ members: [JSONMember], _ variables: JSONValue, _ costs: inout [Money?]
    ) async throws(EvaluationClient.CallFailure) -> EvaluationClient.Reply {
        var all = [JSONMember("input", .string(String(decoding: variables.serialized(), as: UTF8.self)))] + members
        if let rubric = call.rubric { all.append(JSONMember("rubric", .string(rubric))) }
        var reply: EvaluationClient.Reply
        do throws(EvaluationClient.CallFailure) {
            reply = try await client.prompt(call.prompt, variables: .object(all), isJudge: true)
        } catch {
            var failure = error
            if error.isWithheldAnswer || error.cost != nil { costs.append(error.cost) }
            failure.cost = nil
            // A judge's answer that was withheld judges nothing; it is no failure of the prompt that is judged.
            failure.code = nil
            failure.message = "judge \(call.prompt): \(error.message)"
            throw failure
        }
        costs.append(reply.answer.cost)
        if let name = reply.prompt, let digest = reply.digest { answered[name] = digest }
        return reply
    }

    private static func understood<Value>(
        _ reply: EvaluationClient.Reply, _ read: (Answer) throws(Verdict.Unreadable) -> Value
    ) throws(EvaluationClient.CallFailure) -> Value {
        do throws(Verdict.Unreadable) {
            return try read(reply.answer)
        } catch {
            throw EvaluationClient.CallFailure(kind: .call, message: error.message, requestID: reply.requestID)
        }
    }
}
