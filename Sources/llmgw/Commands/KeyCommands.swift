import Admin
import CivilTime
import Gateway
import JSON
import Ledger
import Reports

extension Command {
    private static let keyOptions: [Option] = [.config, .jsonFormat]

    static let keysCreate = Command(
        name: "keys create", summary: "make a key of an application; it is shown once and stored only as a hash",
        operands: [.required("APP")],
        options: [
            Option("name", .text("N"), "what the key is for, such as the name of a server"),
            Option("expires", .duration, "how long it is valid; without an end unless told"),
        ] + keyOptions,
        examples: [
            Example("KEY=$(llmgw keys create demo)", "the key alone is printed"),
            Example("llmgw keys create support-bot --name web-1 --expires 90d", "valid for 90 days"),
        ]
    ) { arguments, context in
        let application = arguments.operands[0]
        let configuration = try LedgerLocation.configuration(arguments, context)
        let known = configuration.applications.keys.sorted()
        guard known.contains(application) else {
            throw Failure.usage(
                "the configuration has no application '\(application)'\(Guess.text(for: application, among: known)); "
                    + "it has: \(known.joined(separator: ", "))")
        }
        let expires = arguments.milliseconds("expires").map { Clock.utcMilliseconds() + $0 }
        let members: [JSONMember] = [
            JSONMember("application", .string(application)),
            JSONMember("name", .string(arguments.text("name") ?? "")),
            JSONMember("expires", expires.map { .string(Timestamp.format($0)) } ?? .null),
        ]
        let desk = KeyDesk(ledger: configuration.ledger.path)
        let answer = try desk.ask("POST", "/admin/v1/keys", .object(members)) { actions in
            try await actions.create(application: application, name: arguments.text("name") ?? "", expires: expires)
                .json
        }
        return try showKey(answer, arguments, context)
    }

    static let keysRotate = Command(
        name: "keys rotate", summary: "make a key that replaces another, which stays valid for a while",
        operands: [.required("ID")],
        options: [Option("overlap", .duration, "how long both are valid; 24h unless told")] + keyOptions,
        examples: [Example("llmgw keys rotate key_01K… --overlap 1h", "the new key is printed")]
    ) { arguments, context in
        let overlap = arguments.milliseconds("overlap") ?? 86_400_000
        let desk = KeyDesk(ledger: try LedgerLocation.configuration(arguments, context).ledger.path)
        let path = "/admin/v1/keys/\(try KeyDesk.checked(arguments.operands[0]))/rotate"
        let body = JSONValue.object([JSONMember("overlap_ms", .integer(overlap))])
        let answer = try desk.ask("POST", path, body) { actions in
            try await actions.rotate(arguments.operands[0], overlap: overlap).json
        }
        return try showKey(answer, arguments, context)
    }

    static let keysRevoke = Command(
        name: "keys revoke", summary: "end a key now; the next request with it is refused",
        operands: [.required("ID")], options: keyOptions,
        examples: [Example("llmgw keys revoke key_01K…", "`llmgw keys list` shows the ids")]
    ) { arguments, context in
        let desk = KeyDesk(ledger: try LedgerLocation.configuration(arguments, context).ledger.path)
        let path = "/admin/v1/keys/\(try KeyDesk.checked(arguments.operands[0]))"
        let answer = try desk.ask("DELETE", path, nil) { actions in
            KeyReport(keys: [try await actions.revoke(arguments.operands[0])], now: Clock.utcMilliseconds()).json
        }
        if arguments.text("format") == "json" {
            context.output.line(String(decoding: answer, as: UTF8.self))
        } else {
            context.output.line("\(arguments.operands[0]) is revoked")
        }
        return .success
    }

    static let keysList = Command(
        name: "keys list", summary: "the keys of all applications, or of one; never the keys themselves",
        operands: [.optional("APP")], options: [.config, .database, .jsonFormat],
        examples: [Example("llmgw keys list support-bot", "one application's")]
    ) { arguments, context in
        let location = try LedgerLocation(arguments, context)
        let reader = try location.reader()
        do {
            try FilterNames(location.configuration, reader).check(
                arguments.operands.first, .application, parameter: "APP")
        } catch let error as ReportError {
            throw Failure.usage(error.message)
        }
        let report = KeyReport(
            keys: try reader.keys(application: arguments.operands.first), now: Clock.utcMilliseconds(),
            uses: try reader.lastUses())
        if arguments.text("format") == "json" {
            context.output.line(String(decoding: report.json.bytes, as: UTF8.self))
        } else {
            context.output.write(report.table(context.view))
        }
        return .success
    }

    /// The key alone, or all of its JSON.
    private static func showKey(_ answer: [UInt8], _ arguments: Arguments, _ context: Context) throws -> ExitCode {
        if arguments.text("format") == "json" {
            context.output.line(String(decoding: answer, as: UTF8.self))
            return .success
        }
        guard let key = try JSONValue(parsing: answer)["key"]?.stringValue else {
            throw Failure(.failure, "the gateway's answer has no key in it")
        }
        context.output.line(key)
        return .success
    }
}
