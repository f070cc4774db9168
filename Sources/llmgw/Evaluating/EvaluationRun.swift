import Evaluation
import Inference
import JSON
import NetIO

/// Runs one gate: calls the prompt for each case, asks the judges, and gathers what came. Lives on the main loop.
final class EvaluationRun {
    struct Settings: Sendable {
        /// Which version is tested, such as `@worktree`.
        var selector: String
        /// Calls at once.
        var concurrency: Int
        var isOffline: Bool
    }

    private let files: EvaluationFiles
    private let settings: Settings
    private let client: EvaluationClient
    private let judges: JudgePanel
    private let journal: JournalFile?
    private let progress: EvaluationProgress
    private let reactor: Reactor
    private let cases: [String: EvaluationCase]

    private var samples: [Sample] = []
    private var notes: [String] = []
    private var waiting: ArraySlice<Sample.Key> = []
    /// Why nothing more is started.
    private var stop: Failure?
    /// Nano-units of US dollars, of this process alone.
    private var spent: Int64 = 0

    init(
        _ files: EvaluationFiles, _ settings: Settings, client: EvaluationClient, journal: JournalFile?,
        progress: EvaluationProgress, reactor: Reactor
    ) {
        self.files = files
        self.settings = settings
        self.client = client
        self.journal = journal
        self.progress = progress
        self.reactor = reactor
        judges = JudgePanel(client)
        cases = Dictionary(files.dataset.cases.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// - Throws: wrong names, keys or variables, which no repetition would mend.
    func report() async throws(Failure) -> GateReport {
        progress.begin(files.gate.file)
        await run(.candidate)
        if stop == nil, files.gate.rules.regression != nil { await runBaseline() }
        progress.end()
        if let stop, stop.code == .usage { throw stop }
        addNotes()
        return GateReport(
            files.gate, files.dataset, samples: samples, calibrations: files.calibrations, stopped: stop?.message,
            notes: notes, isOffline: settings.isOffline)
    }

    private func addNotes() {
        let renderings = (files.gate.defaults + files.dataset.cases.flatMap(\.assertions)).count { $0.isOfRendering }
        if renderings > 0 {
            notes.append("\(renderings) render assertions are checked by `llmgw prompts test`, without a model")
        }
        for judge in judges.answered.sorted(by: { $0.key < $1.key }) where files.calibrations[judge.value] == nil {
            notes.append("the judge \(judge.key) has no calibration: how often it errs is not known")
        }
    }

    // MARK: Which runs

    private func keys(_ role: Sample.Role) -> [Sample.Key] {
        let models: [String?] = files.gate.models.isEmpty ? [nil] : files.gate.models
        return models.flatMap { model in
            files.dataset.cases.flatMap { row in
                (1...files.gate.repetitions).map { repetition in
                    Sample.Key(role: role, model: model, caseID: row.id, repetition: repetition)
                }
            }
        }
    }

    /// Runs what the journal has not of the text that the gateway serves now.
    private func run(_ role: Sample.Role) async {
        var rest = keys(role)
        if let journal, !journal.finished.isEmpty {
            guard let digest = await servedDigest(role) else { return }
            let kept = rest.compactMap { journal.finished[$0] }.filter { $0.digest == digest }
            samples += kept
            let known = Set(kept.map(\.key))
            rest.removeAll { known.contains($0) }
            if !known.isEmpty, role == .candidate { notes.append("\(known.count) runs are from the journal") }
        }
        await runAll(rest)
    }

    /// Asks the gateway which text it serves, without a call of a model; nil when that cannot be told, and nothing runs.
    private func servedDigest(_ role: Sample.Role) async -> String? {
        guard let row = files.dataset.cases.first else { return nil }
        do throws(EvaluationClient.CallFailure) {
            if let digest = try await digest(role, row) { return digest }
            stop = Failure(.failure, "the gateway does not say which text of \(files.gate.prompt) it serves")
        } catch {
            if error.kind == .call {
                stop = Failure(.failure, "which text of \(files.gate.prompt) is served: \(error.message)")
            } else {
                end(error, row)
            }
        }
        return nil
    }

    private func digest(
        _ role: Sample.Role, _ row: EvaluationCase
    ) async throws(EvaluationClient.CallFailure) -> String? {
        try await client.digest(
            of: files.gate.prompt + selector(role), variables: row.variables, messages: row.messages)
    }

    private func selector(_ role: Sample.Role) -> String {
        role == .baseline ? files.gate.rules.regression?.baseline ?? "" : settings.selector
    }

    /// Runs the version that the prompt is compared with, unless it is the same text or there is none.
    private func runBaseline() async {
        guard let rule = files.gate.rules.regression, let row = files.dataset.cases.first else { return }
        do throws(EvaluationClient.CallFailure) {
            let old = try await digest(.baseline, row)
            guard old == nil || old != samples.lazy.compactMap(\.digest).first else {
                return notes.append("\(rule.baseline) is the same text: nothing to compare")
            }
            await run(.baseline)
        } catch {
            switch error.code {
            case "prompt_not_found", "prompt_label_not_found":
                notes.append("no \(rule.baseline) to compare with: \(error.message)")
            default:
                stop = Failure(
                    .failure, "\(files.gate.prompt)\(rule.baseline) cannot be compared with: \(error.message)")
            }
        }
    }

    // MARK: Running

    /// Runs all, some at once, until something stops it.
    private func runAll(_ keys: [Sample.Key]) async {
        guard !keys.isEmpty, stop == nil else { return }
        progress.add(keys.count)
        waiting = keys[...]
        var workers = min(settings.concurrency, keys.count)
        await withUnsafeContinuation { (done: UnsafeContinuation<Void, Never>) in
            for _ in 0..<workers {
                reactor.spawn {
                    while self.stop == nil, let key = self.waiting.popFirst() { await self.runOne(key) }
                    workers -= 1
                    if workers == 0 { done.resume() }
                }
            }
        }
    }

    private func runOne(_ key: Sample.Key) async {
        guard let row = cases[key.caseID] else { return }
        var sample = Sample(key: key, answer: Answer(text: ""))
        var isAnswered = false
        do throws(EvaluationClient.CallFailure) {
            let reply = try await call(row, key)
            sample.answer = reply.answer
            isAnswered = true
            (sample.prompt, sample.digest, sample.requestID) = (reply.prompt, reply.digest, reply.requestID)
            count(reply.answer.cost)
            for assertion in files.gate.defaults + row.assertions {
                guard let check = try await check(assertion, reply.answer, row, &sample) else { continue }
                sample.checks.append(check)
            }
        } catch {
            sample.requestID = sample.requestID ?? error.requestID
            // Once there is an answer, a failure is a judge's, whose cost is counted with the judging.
            if !isAnswered, let cost = error.cost {
                sample.answer.cost = cost
                count(cost)
            }
            guard error.kind == .call else { return end(error, row) }
            if error.isWithheldAnswer { withhold(&sample, error) } else { sample.error = error.message }
        }
        finish(sample)
    }

    private func withhold(_ sample: inout Sample, _ failure: EvaluationClient.CallFailure) {
        sample.withhold(failure.message)
        (sample.prompt, sample.digest) = (failure.prompt, failure.digest)
        if failure.cost == nil { count(nil) }
    }

    private func call(_ row: EvaluationCase, _ key: Sample.Key) async throws(EvaluationClient.CallFailure)
        -> EvaluationClient.Reply
    {
        let seed = files.gate.seed.map { [JSONMember("seed", .integer($0 + Int64(key.repetition) - 1))] }
        return try await client.prompt(
            files.gate.prompt + selector(key.role), model: key.model, variables: row.variables, messages: row.messages,
            others: seed ?? [])
    }

    private func check(
        _ assertion: Assertion, _ answer: Answer, _ row: EvaluationCase, _ sample: inout Sample
    ) async throws(EvaluationClient.CallFailure) -> Sample.Check? {
        if assertion.isOfRendering { return nil }
        if let finding = assertion.check(answer) { return Sample.Check(assertion, finding) }
        var costs: [Money?] = []
        defer {
            for cost in costs { count(cost) }
            sample.judging += costs.compactMap(\.self)
        }
        return try await judges.check(assertion, answer, row.variables, &costs)
    }

    private func finish(_ sample: Sample) {
        samples.append(sample)
        progress.finished(isError: sample.error != nil)
        do throws(Failure) {
            try journal?.append(sample)
        } catch {
            stop = stop ?? error
        }
    }

    private func end(_ failure: EvaluationClient.CallFailure, _ row: EvaluationCase) {
        let code: ExitCode = failure.kind == .usage ? .usage : .failure
        stop = stop ?? Failure(code, "\(files.dataset.file):\(row.line): case '\(row.id)': \(failure.message)")
    }

    /// Adds to what was spent, and stops at the ceiling: the calls under way, at most as many as run at once, still end.
    private func count(_ cost: Money?) {
        guard let ceiling = files.gate.rules.maxCost else { return }
        guard let cost, cost.currency == .usd else {
            let what = cost.map { "a cost is in \($0.currency)" } ?? "a model has no price"
            stop =
                stop
                ?? Failure(
                    .failure, "\(what), so max_cost_usd cannot be kept; price it in USD, or leave the ceiling out")
            return
        }
        let (sum, overflowed) = spent.addingReportingOverflow(cost.nano)
        spent = overflowed ? .max : sum
        guard spent >= ceiling, stop == nil else { return }
        stop = Failure(
            .failure,
            "\(Money(nano: spent, .usd)) is spent, and max_cost_usd is \(Money.decimal(nano: ceiling)); "
                + "raise it, or go on later with --resume")
    }
}
