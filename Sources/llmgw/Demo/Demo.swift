import CivilTime
import Gateway
import HTTPTypes
import Inference
import JSON
import Ledger
import NetIO
import Reports

/// The whole story on simulated models: two applications, a prompt, an experiment, feedback, a budget that holds.
final class Demo {
    private let start: ServerStart
    private let stage: DemoStage
    private let client: DemoClient
    private let keys: (support: String, batch: String)
    /// What the answers said that they cost, in nano-units, by application.
    private var told: [String: Int64] = [:]

    init(_ start: ServerStart, _ stage: DemoStage, client: DemoClient, keys: (support: String, batch: String)) {
        self.start = start
        self.stage = stage
        self.client = client
        self.keys = keys
    }

    func play() async throws {
        await callPrompt()
        let answers = await experiment()
        await giveFeedback(answers)
        await fallBack()
        try await holdBudget()
        try await report()
    }

    // MARK: Chapters

    private func callPrompt() async {
        stage.chapter("support-bot calls a prompt by its name; the text, its version and the model are kept in git")
        let answer = await send(support("ada", "Where is my parcel?"))
        stage.say(#"POST /v1/chat/completions {"model": "prompt:support-reply", "prompt": {"variables": {…}}}"#)
        stage.say("→ \(answer.status), prompt \(answer.fields["x-llmgw-prompt"] ?? "?"), cost \(answer.cost ?? "?")")
        stage.claim("the answer names its prompt and its cost", answer.status == 200 && answer.cost != nil)
    }

    private func experiment() async -> [(user: Int, answer: DemoClient.Answer)] {
        stage.chapter("an experiment: do shorter answers help more? 40 users, two calls each")
        let users = (0..<40).flatMap { [$0, $0] }
        let answers = await send(users.map { support("user-\($0)", "Where is my parcel?") }, "support-bot")
        let pairs = zip(users, answers).map { (user: $0, answer: $1) }
        let counts = Dictionary(grouping: answers, by: { $0.experiment ?? "none" }).mapValues(\.count)
        stage.say(counts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value) calls" }.joined(separator: ", "))
        let byUser = Dictionary(grouping: pairs, by: \.user).mapValues { Set($0.map { $0.answer.experiment }) }
        stage.claim("both variants were used", counts.count == 2 && counts["none"] == nil)
        stage.claim("each user always gets the same variant", byUser.values.allSatisfy { $0.count == 1 })
        return pairs
    }

    private func giveFeedback(_ answers: [(user: Int, answer: DemoClient.Answer)]) async {
        stage.chapter("users say whether it helped; each word is joined to the exact call")
        let calls = answers.map { user, answer in
            let isShort = answer.experiment?.hasSuffix("/short") == true
            return DemoClient.Call(
                path: "/v1/feedback", key: keys.support,
                body: .object([
                    JSONMember("request_id", .string(answer.requestID ?? "")),
                    JSONMember("metric", .string("helpful")),
                    JSONMember("value", .bool(isShort ? user % 4 != 0 : user % 2 == 0)),
                ]))
        }
        let results = await client.send(atOnce: calls)
        let accepted = results.count { (200..<300).contains($0.status) }
        for line in (try? DemoFeedback.rates(LedgerReader.open(start.configuration.ledger.path))) ?? [] {
            stage.say(line)
        }
        stage.claim("\(accepted) of \(calls.count) judgements were taken", accepted == calls.count)
    }

    private func fallBack() async {
        stage.chapter("a provider fails; the next one answers, and the failed attempt costs nothing")
        let answer = await send(
            DemoClient.Call(key: keys.support, body: Demo.chat("chat-steady", "Are you there?")))
        stage.say("→ \(answer.status), answered by \(answer.fields["x-llmgw-model"] ?? "?")")
        stage.claim("the caller saw no failure", answer.status == 200)
    }

    private func holdBudget() async throws {
        stage.chapter("night-batch may spend 0.002 USD a day, and sends 200 calls at once")
        let call = DemoClient.Call(key: keys.batch, body: Demo.chat("chat", "Summarise this."))
        let answers = await send([DemoClient.Call](repeating: call, count: 200), "night-batch")
        let counts = Dictionary(grouping: answers, by: \.status).mapValues(\.count)
        stage.say(
            "→ \(counts[200] ?? 0) answered, \(counts[402] ?? 0) refused for good (402), "
                + "\(counts[429] ?? 0) told to come again (429)")
        let rows = try LedgerReader.open(start.configuration.ledger.path).budgets(application: "night-batch")
        stage.say(BudgetReport(rows).table())
        stage.claim("some were answered, and some refused", (counts[200] ?? 0) > 0 && counts[402] != nil)
        stage.claim("nothing but 200, 402 and 429", Set(counts.keys).isSubset(of: [200, 402, 429]))
        stage.claim("the limit was not passed by a nano-dollar", rows.allSatisfy { $0.state.posted <= $0.state.limit })
        stage.claim("nothing is left on hold", rows.count == 1 && rows[0].state.held == 0)
    }

    private func report() async throws {
        stage.chapter("the reports: `llmgw costs`, `llmgw feedback list`, `llmgw requests`")
        // Refused requests are written behind the others; a question to the writer waits for them.
        _ = try await start.gateway.ledger.allKeys()
        let reader = try LedgerReader.open(start.configuration.ledger.path)
        let now = Clock.utcMilliseconds()
        let costs = try CostDocument(CostRequest([:], format: .table, now: now), from: reader)
        let byVariant = try CostRequest(
            ["by": "prompt,experiment,variant", "app": "support-bot"], format: .table, now: now)
        stage.say(String(decoding: costs.bytes(), as: UTF8.self))
        stage.say(String(decoding: try CostDocument(byVariant, from: reader).bytes(), as: UTF8.self))
        let report = try reader.costs(CostRequest([:], format: .table, now: now).query)
        let booked = report.rows.map { ($0.key[0] ?? "", $0.figures.cost[.usd] ?? 0) }
        stage.claim(
            "the ledger agrees with every answer's own cost, to the nano-dollar",
            Dictionary(booked, uniquingKeysWith: { $0 + $1 }) == told)
        stage.claim("the books balance (`llmgw ledger verify`)", try reader.verify().isEmpty)
    }

    // MARK: Calls

    private func support(_ user: String, _ message: String) -> DemoClient.Call {
        let variables = JSONValue.object([JSONMember("message", .string(message))])
        return DemoClient.Call(
            key: keys.support, user: user,
            body: .object([
                JSONMember("model", .string("prompt:support-reply")),
                JSONMember("prompt", .object([JSONMember("variables", variables)])),
            ]))
    }

    private static func chat(_ model: String, _ text: String) -> JSONValue {
        let message = [JSONMember("role", .string("user")), JSONMember("content", .string(text))]
        return .object([JSONMember("model", .string(model)), JSONMember("messages", .array([.object(message)]))])
    }

    private func send(_ call: DemoClient.Call) async -> DemoClient.Answer {
        let answers = await send([call], "support-bot")
        return answers[0]
    }

    private func send(_ calls: [DemoClient.Call], _ application: String) async -> [DemoClient.Answer] {
        let answers = await client.send(atOnce: calls)
        for answer in answers {
            let decimal = answer.cost?.split(separator: " ").first
            told[application, default: 0] += decimal.flatMap { Money.nano(decimal: $0) } ?? 0
        }
        if let odd = answers.first(where: { ![200, 402, 429].contains($0.status) }) {
            stage.say("an answer of status \(odd.status): \(String(decoding: odd.body.prefix(300), as: UTF8.self))")
        }
        return answers
    }
}
