import Foundation
import Testing

@testable import Gateway

/// Each mistake is one line that names the file, the place, and what would be right.
@Suite struct ConfigurationMistakeTests {
    static let sim = "providers: {sim: {kind: simulated}}\n"

    @Test(arguments: [
        ("lisen: 127.0.0.1:8080", "gateway.yaml:1:1: error: unknown key 'lisen'; did you mean 'listen'?"),
        (
            "limits: {max_haed: 64KiB}",
            "gateway.yaml:1:10: error: limits: unknown key 'max_haed'; did you mean 'max_head'?"
        ),
        ("tls: {cert: a, key: b}", "gateway.yaml:1:1: error: 'tls' is not in this version; leave it out"),
        (
            "prompts: {path: p, ref: HEAD}",
            "gateway.yaml:1:25: error: prompts.ref: says nothing without prompts.repository; add that"
        ),
        (
            "prompts: {path: p, repository: 'https://u:p@example.com/x'}",
            "error: prompts.repository: holds a credential, which git would show"
        ),
        ("prompts: {path: p, repository: 'git@example.com:x'}", "must be a folder, or an address that begins with"),
        ("prompts: {path: p, repository: r, sync_every: 500ms}", "prompts.sync_every: must be 1s or more"),
        ("prompts: {bundle: b, path: p}", "prompts.path: goes with a folder, and prompts.bundle is a file"),
        ("listen: localhost:8080", "error: listen: must begin with a literal IP address, such as 127.0.0.1"),
        ("listen: 127.0.0.1", "error: listen: has no port; write 127.0.0.1:8080"),
        ("listen: 127.0.0.1:65536", "error: listen: has no port from 0 to 65535 after its last colon"),
        ("listen: '::1:80'", "error: listen: an IPv6 address stands in brackets"),
        ("listen: 127.0.0.1:8081", "error: listen: 127.0.0.1:8081 is the admin port too; they must differ"),
        ("limits: {max_body: 10MB}", "error: limits.max_body: must be a size from 1KiB to 1GiB"),
        ("limits: {max_body: 999999999999GiB}", "error: limits.max_body: must be a size from 1KiB to 1GiB"),
        ("limits: {head_timeout: 10}", "error: limits.head_timeout: must be a duration from 100ms to 1d"),
        (
            "limits: {max_buffered: 16MiB}",
            "gateway.yaml:1:24: error: limits.max_buffered: is below max_answer (32MiB); one such call would never be served"
        ),
        ("limits: {max_body: 1GiB, max_buffered: 1000MiB}", "limits.max_buffered: is below max_body (1GiB)"),
        ("limits: {hold_beginning: 2m}", "error: limits.hold_beginning: must be a duration from 0s to 1m"),
        ("limits: {shutdown_delay: 5}", "error: limits.shutdown_delay: must be a duration from 0s to 1h"),
        ("limits: {max_headers: many}", "error: limits.max_headers: must be a whole number from 8 to 10000"),
        ("admin: {token: ''}", "error: admin.token: is empty; leave the key out to answer on loopback only"),
        ("admin: {token: short}", "error: admin.token: must have 32 or more visible ASCII characters"),
        ("admin: {listen: 0.0.0.0:8081}", "error: admin.listen: 0.0.0.0:8081 is reachable from other machines"),
        ("log: {level: warn}", "error: log.level: 'warn' is unknown; did you mean 'warning'?"),
        ("errors: {budget_status: 403}", "error: errors.budget_status: must be 402 or 429"),
        ("ledger: {path: '${NOWHERE}'}", "error: ledger.path: environment variable NOWHERE is not set"),
        ("ledger: {path: '${file:/nowhere}'}", "error: ledger.path: open /nowhere: No such file or directory"),
        ("threads: 0", "error: threads: must be a whole number from 1 to 256"),
        ("prices: nowhere.yaml", "error: open nowhere.yaml: No such file or directory"),
        ("plugins: [budget, budget]", "error: plugins[1]: 'budget' is bound twice"),
        ("plugins: [bugdet]", "error: plugins[0]: no plugin is named 'bugdet'; did you mean 'budget'?"),
        ("plugins: [{rate_limit: {}}]", "error: plugins[0]: plugin 'rate_limit' is not in this version"),
    ])
    func ofTheServerAreNamed(text: String, expected: String) throws {
        let findings = try ConfigurationFolder.findings(text)
        #expect(findings.count == 1 && findings[0].contains(expected), "\(findings)")
    }

    @Test(arguments: [
        ("{kind: opnai, base_url: 'https://a.example'}", "kind: 'opnai' is unknown; did you mean 'openai'?"),
        ("{kind: anthropic}", "kind: 'anthropic' is not in this version"),
        ("{kind: openai}", "'base_url' is missing, such as base_url: https://api.openai.com/v1"),
        ("{kind: openai, base_url: 'ftp://a.example'}", "base_url: must begin with https://"),
        ("{kind: openai, base_url: 'https://u:pw@a.example'}", "base_url: holds a user name or password"),
        ("{kind: openai, base_url: 'https://a.example/v1#x'}", "base_url: has a fragment"),
        ("{kind: openai, base_url: 'https://a.example/v1?x'}", "base_url: has a query"),
        ("{kind: openai, base_url: 'https://a.example/../v1'}", "base_url: has '.' or '..' in its path"),
        ("{kind: openai, base_url: 'https://127.1/v1'}", "base_url: has a host that looks like an address"),
        ("{kind: openai, base_url: 'https://0x7f000001/v1'}", "base_url: has a host that looks like an address"),
        ("{kind: openai, base_url: 'https://a.example:0/v1'}", "base_url: has no port from 1 to 65535"),
        ("{kind: openai, base_url: 'http://a.example/v1'}", "base_url: is plain http to another machine"),
        ("{kind: openai, base_url: 'http://localhost/v1'}", "base_url: is plain http to another machine"),
        ("{kind: openai, base_url: 'https://169.254.169.254'}", "base_url: is an address of a private network"),
        ("{kind: openai, base_url: 'https://[::ffff:10.0.0.1]'}", "base_url: is an address of a private network"),
        ("{kind: openai, base_url: 'https://a.example', headers: {Host: x}}", "headers.Host: is set by the gateway"),
        ("{kind: openai, base_url: 'https://a.example', api_key: \"a\\nb\"}", "api_key: must be visible ASCII"),
        (
            "{kind: openai, base_url: 'https://a.example', credential: {exec: [a]}}",
            "'credential' is not in this version"
        ),
        ("{kind: simulated, api_key: x}", "api_key: a simulated provider has no network"),
        ("{kind: simulated, timeouts: {connect: 0s}}", "timeouts.connect: must be a duration from 1ms to 1d"),
    ])
    func ofAProviderAreNamed(provider: String, expected: String) throws {
        let findings = try ConfigurationFolder.findings("providers:\n  p: \(provider)\n")
        let errors = findings.filter { $0.contains("error: ") }
        #expect(
            errors.count == 1 && errors[0].contains("error: providers.p") && errors[0].contains(expected), "\(findings)"
        )
    }

    @Test(arguments: [
        "http://127.0.0.1:11434/v1", "http://[::1]:8000/v1", "https://api.perplexity.ai", "https://api.openai.com/v1/",
        "https://a.example:8443/openai/v1",
    ])
    func areNotSeenInAURLThatIsFine(url: String) throws {
        let text =
            "providers: {p: {kind: openai, base_url: '\(url)'}}\nmodels: {m: {targets: [{provider: p, model: x}]}}"
        let findings = try ConfigurationFolder.findings(text + "\napplications: {a: {models: [m]}}")
        #expect(findings == [])
    }

    @Test(arguments: ["http://[::1]:8000", "https://api.openai.com/"])
    func aBaseURLWithoutAPathIsNamed(url: String) throws {
        let text =
            "providers: {p: {kind: openai, base_url: '\(url)'}}\nmodels: {m: {targets: [{provider: p, model: x}]}}"
        let findings = try ConfigurationFolder.findings(text + "\napplications: {a: {models: [m]}}")
        #expect(findings.count == 1 && findings[0].contains("has no path"))
    }

    @Test func areAllNamedAtOnceInTheOrderOfTheFile() throws {
        let findings = try ConfigurationFolder.findings(
            """
            listen: here
            limits:
              max_head: 1
              max_body: 2
            provider: {}
            """)
        #expect(
            findings.map { $0.prefix { $0 != " " } } == [
                "gateway.yaml:1:9:", "gateway.yaml:3:13:", "gateway.yaml:4:13:", "gateway.yaml:5:1:",
            ])
    }

    @Test func neverShowASecret() throws {
        let key = "sk-hush-hush-hush"
        let folder = try ConfigurationFolder(["key": key + "\n"])
        try folder.write(
            """
            admin: {token: "${KEY}"}
            providers:
              a: {kind: openai, base_url: "https://u:${KEY}@a.example", api_key: "${KEY}"}
              b: {kind: openai, base_url: "https://${KEY}/?", headers: {x: "${KEY}\\n"}, apikey: "${KEY}"}
              c: {kind: openai, base_url: "https://a.example", api_key: "${file:key}", proxy: "${KEY}"}
              d: {kind: "${KEY}"}
            ledger: {synchronous: "${KEY}", admission_wait: "${KEY}"}
            """, to: "gateway.yaml")
        let load = folder.load(["KEY": key])
        #expect(load.diagnostics.count >= 8 && !"\(load)".contains(key), "\(load.diagnostics)")
        var dumped = ""
        dump(SecretText(key), to: &dumped)
        #expect(!dumped.contains(key) && !"\(SecretText(key)) \(String(reflecting: SecretText(key)))".contains(key))
    }

    @Test func includeALiteralSecretInAFileThatOthersMayRead() throws {
        let folder = try ConfigurationFolder()
        try folder.write(
            "providers: {p: {kind: openai, base_url: 'https://a.example', api_key: sk-literal}}", to: "gateway.yaml",
            mode: 0o644)
        #expect(
            folder.load().diagnostics.contains { $0.message.contains("is a secret in a file that others may read") })
    }

    /// Bytes are lost, doubled and changed at random, always in the same way: whatever comes out, the process lives.
    @Test func neverEndTheProcess() throws {
        let text = try String(contentsOfFile: ShippedConfigurationTests.root + "/config/gateway.yaml", encoding: .utf8)
        let files = ["prices: prices.yaml", "metrics: metrics.yaml", "experiments: experiments"]
        let alone = files.reduce(text) { $0.replacingOccurrences(of: $1, with: "") }
        let whole = Array(alone.replacingOccurrences(of: "provider: sim,", with: "free: true, provider: sim,").utf8)
        let folder = try ConfigurationFolder()
        try Data(whole).write(to: URL(fileURLWithPath: folder.path + "/gateway.yaml"))
        #expect(folder.load().diagnostics == [])
        var state: UInt64 = 1
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let pieces = [
            "{", "]", "-1", "99999999999999999999", "${", "${file:/}", ":", "\n", "é", "\u{0}", "null", "[[", "9e9",
        ].map { Array($0.utf8) }
        var refused = 0
        for _ in 0..<200 {
            var bytes = whole
            for _ in 0...random(3) {
                let start = random(bytes.count)
                let end = min(bytes.count, start + random(12))
                bytes.replaceSubrange(start..<end, with: random(3) == 0 ? [] : pieces[random(pieces.count)])
            }
            try Data(bytes).write(to: URL(fileURLWithPath: folder.path + "/gateway.yaml"))
            if folder.load().hasErrors { refused += 1 }
        }
        #expect(refused > 50 && refused < 200)
    }
}
