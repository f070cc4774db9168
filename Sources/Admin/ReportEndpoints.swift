import CivilTime
import Gateway
import HTTPServer
import HTTPTypes
import Inference
import JSON
import Ledger
import Reports
import Threads

extension AdminHandler {
    /// `GET /admin/v1/costs`: the parameters and the answers of `llmgw costs`; JSON unless told otherwise.
    func showCosts(_ exchange: HTTPExchange) async throws {
        let parameters = try QueryParameters(exchange.head).values
        let request: CostRequest
        do throws(ReportError) {
            request = try CostRequest(parameters, format: .json, now: Clock.utcMilliseconds())
        } catch {
            throw GatewayError(400, "invalid_value", error.description, param: error.parameter)
        }
        let configuration = gateway.generations.current.configuration
        let body = try await report { reader in
            try FilterNames(configuration, reader).check(request)
            return try CostAnswer(request, from: reader).bytes
        }
        let type =
            switch request.format {
            case .json: "application/json"
            case .csv, .focus, .focus13: "text/csv; charset=utf-8"
            case .table: "text/plain; charset=utf-8"
            }
        respond(exchange, type: type, body)
    }

    /// `GET /admin/v1/budgets?app=&scope=&user=&past=`
    func showBudgets(_ exchange: HTTPExchange) async throws {
        let parameters = try QueryParameters(exchange.head, known: ["app", "scope", "user", "past"])
        let scope = try parameters.scope()
        let configuration = gateway.generations.current.configuration
        let application = parameters.values["app"]
        if let application, configuration.applications[application] == nil {
            throw GatewayError(404, "not_found", "the configuration has no application '\(application)'", param: "app")
        }
        let now = Clock.utcMilliseconds()
        let isPast = try parameters.isOn("past")
        let user = parameters.values["user"].map { (name: $0, account: gateway.hashedUser($0)) }
        let body = try await report { reader in
            let rows =
                isPast
                ? try reader.budgets(application: application).filter { $0.endsAt <= now }
                : try BudgetStatus.current(configuration, application: application, reader: reader, at: now)
            return BudgetReport(rows.filter { scope == nil || $0.account.scope == scope }, user: user).json.bytes
        }
        respond(exchange, type: "application/json", body)
    }

    /// `GET /admin/v1/alerts?app=&limit=`: the newest first.
    func listAlerts(_ exchange: HTTPExchange) async throws {
        let parameters = try QueryParameters(exchange.head, known: ["app", "limit"])
        let account = parameters.values["app"].map { Account(.application, $0) }
        let limit = Int(try parameters.integer("limit", in: 1...10_000) ?? 50)
        let configuration = gateway.generations.current.configuration
        let body = try await report { reader in
            try FilterNames(configuration, reader).check(account?.name, .application, parameter: "app")
            return AlertReport(try reader.alerts(of: account, limit: limit)).json.bytes
        }
        respond(exchange, type: "application/json", body)
    }

    /// `GET /admin/v1/requests?app=&since=&outcome=&limit=`; `since` is RFC 3339, a day ago unless told.
    func listRequests(_ exchange: HTTPExchange) async throws {
        let parameters = try QueryParameters(exchange.head, known: ["app", "since", "outcome", "limit"])
        var filter = RequestFilter()
        filter.application = parameters.values["app"]
        filter.from = try parameters.moment("since") ?? Clock.utcMilliseconds() - 86_400_000
        filter.limit = Int(try parameters.integer("limit", in: 1...10_000) ?? 50)
        if let outcome = parameters.values["outcome"] {
            guard let known = Outcome(rawValue: outcome) else {
                throw GatewayError(400, "invalid_value", "'\(outcome)' is no outcome of a request", param: "outcome")
            }
            filter.outcome = known
        }
        let configuration = gateway.generations.current.configuration
        let body = try await report { [filter] reader in
            try FilterNames(configuration, reader).check(filter.application, .application, parameter: "app")
            return RequestList(try reader.requests(filter)).json.bytes
        }
        respond(exchange, type: "application/json", body)
    }

    /// `GET /admin/v1/requests/{id}`
    func showRequest(_ exchange: HTTPExchange) async throws {
        let text = String(exchange.head.path.dropFirst(AdminRoute.requestPrefix.count))
        let id = RequestID(text)
        let body = try await report { reader -> [UInt8]? in
            try id.flatMap { try reader.request($0) }.map { RequestPage($0).json.bytes }
        }
        guard let body else { throw GatewayError(404, "not_found", "there is no such request in this ledger") }
        respond(exchange, type: "application/json", body)
    }

    /// `GET /admin/v1/feedback?app=&metric=&experiment=&since=`
    func listFeedback(_ exchange: HTTPExchange) async throws {
        let parameters = try QueryParameters(exchange.head, known: ["app", "metric", "experiment", "since"])
        let from = try parameters.moment("since")
        let values = parameters.values
        let configuration = gateway.generations.current.configuration
        let body = try await report { reader in
            let names = FilterNames(configuration, reader)
            try names.check(values["app"], .application, parameter: "app")
            try names.check(values["experiment"], .experiment, parameter: "experiment")
            return FeedbackReport(
                try reader.feedback(
                    application: values["app"], metric: values["metric"], experiment: values["experiment"], from: from)
            ).json.bytes
        }
        respond(exchange, type: "application/json", body)
    }

    /// For the reports of all loops: more at once would only wait for each other at the disk.
    private static let reports = WorkLane(threads: 4)

    /// Reads the ledger aside: a report may take seconds, and no request waits for it.
    func report<Value: Sendable>(
        _ body: @escaping @Sendable (LedgerReader) throws -> Value
    ) async throws -> Value {
        let path = gateway.generations.current.configuration.ledger.path
        do {
            return try await Self.reports.run { try body(try LedgerReader.open(path)) }
        } catch let error as ReportError {
            throw GatewayError(400, "invalid_value", error.description, param: error.parameter)
        }
    }
}

extension QueryParameters {
    /// A parameter that is true or false; false without it.
    fileprivate func isOn(_ name: String) throws -> Bool {
        switch values[name] {
        case nil, "false": return false
        case "true": return true
        case .some(let text):
            throw GatewayError(400, "invalid_value", "\(name): '\(text)' is neither true nor false", param: name)
        }
    }

    /// The level that budgets stand on; nil for all.
    fileprivate func scope() throws -> Account.Scope? {
        guard let text = values["scope"] else { return nil }
        guard let scope = Account.Scope(rawValue: text) else {
            throw GatewayError(
                400, "invalid_value",
                "'\(text)' is no scope; known are organisation, team, application, key, user, model, prompt, variant",
                param: "scope")
        }
        return scope
    }
}
