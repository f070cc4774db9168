import CivilTime
import Gateway
import HTTPClient
import HTTPTypes
import NetIO
import Synchronization

/// Whether each provider can be reached and takes the credential: it is asked for its list of models.
struct ProviderExam {
    private let provider: ProviderSettings
    private let limit: Duration

    /// Asks all providers of the configuration at once; one that answers from inside the gateway is not asked.
    ///
    /// - Parameter limit: how long one may take, from the connection to the end of its answer.
    static func findings(_ configuration: Configuration, within limit: Duration) throws -> [Diagnosis] {
        let exams = configuration.providers.values.sorted { $0.name < $1.name }.filter { $0.kind != .simulated }
            .map { ProviderExam(provider: $0, limit: limit) }
        let found = Mutex<[Int: Diagnosis]>([:])
        _ = try MainLoop.run { reactor in
            let client = try UpstreamClient(reactor: reactor)
            defer { client.close() }
            // Each transfer is under way before the first one is waited for.
            let transfers = exams.map { exam in exam.provider.unusable == nil ? exam.start(on: client) : nil }
            for (index, exam) in exams.enumerated() {
                let finding = await exam.finding(transfers[index])
                found.withLock { $0[index] = finding }
            }
            return .success
        }
        let findings = found.withLock { $0 }
        return exams.indices.compactMap { findings[$0] }
    }

    private var subject: String { "provider \(provider.name)" }

    private var address: String { provider.baseURL?.description ?? "" }

    private func start(on client: UpstreamClient) -> any UpstreamTransfer {
        var endpoint = UpstreamEndpoint(provider)
        endpoint.timeouts = UpstreamTimeouts(
            connect: min(endpoint.timeouts.connect, limit), firstByte: limit, idle: limit, total: limit)
        let request = UpstreamRequest(method: .get, url: address + "/models", headers: provider.sentHeaders)
        return client.start(request, endpoint: endpoint)
    }

    private func finding(_ transfer: (any UpstreamTransfer)?) async -> Diagnosis {
        guard let transfer else {
            return .fault(
                subject, provider.unusable ?? "has no credential", "set it; until then its calls are answered 503")
        }
        do throws(TransferFailure) {
            let head = try await transfer.head()
            transfer.cancel()
            return drifted(head) ?? judged(head.status)
        } catch {
            return .fault(subject, "\(address): \(error)", "look at base_url, the network, proxy and ca_file")
        }
    }

    private func judged(_ status: Int) -> Diagnosis {
        switch status {
        case 200..<300: .fine(subject, "\(address) answers and takes the credential")
        case 401, 403:
            .fault(subject, "\(address) refuses the credential (status \(status))", "renew its api_key")
        case 404, 405:
            .warning(
                subject, "\(address) answers, and has no list of models (status \(status))",
                "if calls fail too, look at base_url: most end in /v1")
        case 429:
            .warning(subject, "\(address) answers that there are too many calls", "ask the vendor for a higher limit")
        case 500...:
            .fault(subject, "\(address) fails with status \(status)", "ask again later, or look at the vendor's status")
        default: .warning(subject, "\(address) answers with status \(status)", "look at base_url")
        }
    }

    /// A clock that goes differently here and there: one of them is wrong, and it is rarely the vendor's.
    private func drifted(_ head: HTTPResponseHead) -> Diagnosis? {
        guard let there = head.fields["date"].flatMap(HTTPDate.parse) else { return nil }
        let seconds = (Clock.utcMilliseconds() - there) / 1000
        guard abs(seconds) > 30 else { return nil }
        return .warning(
            subject,
            "\(address) answers, and its clock is \(abs(seconds)) s \(seconds > 0 ? "behind" : "ahead of") this one",
            "set the clock: budgets follow the calendar")
    }
}
