import Gateway
import NetIO

/// What `serve` says when it is ready: where it is, and what to do next, in lines that can be copied.
struct Welcome {
    let generation: Generation
    let listen: [SocketAddress]
    let admin: [SocketAddress]
    let configurationPath: String

    func text(_ context: Context) -> String {
        let configuration = generation.configuration
        let program = context.program
        let option = configurationPath == "config/gateway.yaml" ? "" : " --config \(configurationPath)"
        let applications = configuration.applications.keys.sorted()
        let application = applications.first { !(configuration.applications[$0]?.models.isEmpty ?? true) } ?? "APP"
        let model = configuration.applications[application]?.models.sorted().first ?? "MODEL"
        let commit = generation.commit.map { ", commit \($0.prefix(12))" } ?? ""
        return """
            \(context.bold("llmgw \(Help.version)")), generation \(generation.id)\(commit)

              calls    \(listen.map { Welcome.url($0) + "/v1" }.joined(separator: ", "))
              admin    \(admin.map { Welcome.url($0) }.joined(separator: ", "))  \(access)
              ledger   \(ShownPath.text(configuration.ledger.path))

            \(context.bold("Make a key")), shown once (applications: \(applications.joined(separator: ", "))):

              KEY=$(\(program) keys create \(application)\(option))

            \(context.bold("Call it")):

              curl \(curlAddress)/v1/chat/completions -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \\
                -d '{"model": "\(model)", "messages": [{"role": "user", "content": "Hello"}]}'

            \(context.bold("See what it cost")):

              \(program) costs\(option)
              \(program) budgets\(option)
              \(program) requests\(option)

            Ctrl-C ends it.


            """
    }

    private var access: String {
        generation.configuration.admin.token == nil
            ? "(this machine only: admin.token is not set)" : "(with admin.token)"
    }

    private static func url(_ address: SocketAddress) -> String {
        switch address {
        case .ipv4("0.0.0.0", let port): "http://127.0.0.1:\(port)"
        case .ipv6("::", let port): "http://[::1]:\(port)"
        case .ipv4, .ipv6: "http://\(address)"
        case .unix: "\(address)"
        }
    }

    private var curlAddress: String {
        switch listen.first {
        case .unix(let path): "--unix-socket \(path) http://localhost"
        case .some(let address): Welcome.url(address)
        case nil: "http://127.0.0.1:8080"
        }
    }
}
