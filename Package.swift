// swift-tools-version: 6.2
import PackageDescription

/// What every Swift target is compiled with. The compiler is the first reviewer: no warning passes, no data race compiles.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// A shelf of `Sources`; it may import what stands in `imports` and nothing else.
func shelf(_ name: String, imports: [String] = [], resources: [Resource]? = nil) -> Target {
    .target(
        name: name, dependencies: imports.map { .init(stringLiteral: $0) }, resources: resources,
        swiftSettings: settings)
}

/// A C library or system header behind one small door.
func door(_ name: String, links: [String] = []) -> Target {
    .target(name: name, linkerSettings: links.map { .linkedLibrary($0) })
}

func tests(_ name: String, imports: [String] = [], resources: [Resource]? = nil) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: ([name] + imports).map { .init(stringLiteral: $0) },
        resources: resources, swiftSettings: settings)
}

let package = Package(
    name: "llmgw",
    products: [.executable(name: "llmgw", targets: ["llmgw"])],
    targets: [
        // C doors
        door("CLinux"),
        door("CCurl", links: ["curl", "ssl", "crypto"]),
        door("CSQLite", links: ["sqlite3"]),
        door("COpenSSL", links: ["crypto"]),
        door("CZlib", links: ["z"]),

        // Ground
        shelf("JSON"),
        shelf("YAML"),
        shelf("CivilTime"),
        shelf("Text"),
        shelf("Threads", imports: ["CLinux"]),
        shelf("Crypto", imports: ["COpenSSL"]),
        shelf("Telemetry", imports: ["JSON", "CivilTime", "Text"]),
        shelf("NetIO", imports: ["CLinux"]),

        // HTTP
        shelf("HTTPTypes"),
        shelf("HTTPServer", imports: ["HTTPTypes", "NetIO"]),
        shelf("HTTPClient", imports: ["HTTPTypes", "NetIO", "CCurl", "CZlib"]),

        // Parts
        shelf("Inference", imports: ["JSON"]),
        shelf("Providers", imports: ["CivilTime", "Inference", "JSON", "HTTPTypes", "Crypto"]),
        shelf("Simulation", imports: ["JSON"]),
        shelf("Prompts", imports: ["Inference", "JSON", "YAML", "Crypto", "Threads"]),
        shelf("Routing", imports: ["Inference", "Crypto"]),
        shelf("Analysis"),
        shelf("Ledger", imports: ["Inference", "CSQLite", "Crypto", "CivilTime", "CLinux"]),
        shelf("PluginKit", imports: ["Inference", "JSON", "Telemetry"]),
        shelf("Reports", imports: ["CivilTime", "Crypto", "Inference", "JSON", "Ledger", "Text"]),
        shelf("Evaluation", imports: ["Analysis", "Crypto", "Inference", "JSON", "Prompts", "Reports", "YAML"]),

        // Assembly
        shelf("BudgetPlugin", imports: ["CivilTime", "PluginKit", "Inference", "Ledger"]),
        shelf(
            "Gateway",
            imports: [
                "CLinux", "JSON", "YAML", "CivilTime", "Crypto", "Telemetry", "NetIO", "HTTPTypes", "HTTPServer",
                "HTTPClient", "Inference", "Providers", "Prompts", "Routing", "Ledger", "PluginKit", "Simulation",
                "Text",
            ]),
        shelf(
            "Admin",
            imports: [
                "Gateway", "JSON", "CivilTime", "Crypto", "Telemetry", "NetIO", "HTTPTypes", "HTTPServer", "Inference",
                "Ledger", "PluginKit", "Prompts", "Reports", "Threads",
            ]),

        shelf(
            "Starter",
            resources: ["gateway.yaml", "prices.yaml", "metrics.yaml", "hello.prompt"].map {
                .embedInCode("Files/\($0)")
            }),

        // Program
        .executableTarget(
            name: "llmgw",
            dependencies: [
                "Admin", "Analysis", "BudgetPlugin", "CLinux", "CivilTime", "Crypto", "Evaluation", "Gateway",
                "HTTPClient", "HTTPServer",
                "HTTPTypes", "Inference", "JSON", "Ledger", "NetIO", "PluginKit", "Prompts", "Providers", "Reports",
                "Routing", "Simulation", "Starter", "Telemetry", "Text", "Threads", "YAML",
            ],
            swiftSettings: settings,
            // One file to install: the program carries Swift's runtime and needs only the system's libraries.
            linkerSettings: [.unsafeFlags(["-static-stdlib"], .when(configuration: .release))]),

        // Tests
        tests("JSON"),
        tests("YAML"),
        tests("CivilTime"),
        tests("Text"),
        tests("Threads"),
        tests("Crypto"),
        tests("Telemetry", imports: ["JSON"]),
        tests("NetIO"),
        tests("HTTPTypes"),
        tests("HTTPServer", imports: ["HTTPTypes", "NetIO"]),
        tests("HTTPClient", imports: ["HTTPTypes", "HTTPServer", "NetIO"]),
        tests("Inference", imports: ["JSON"]),
        tests(
            "Providers", imports: ["Inference", "JSON", "HTTPTypes", "Simulation"], resources: [.copy("Golden")]),
        tests("Simulation", imports: ["JSON"]),
        tests("Prompts", imports: ["Inference", "JSON", "YAML"]),
        tests("Routing", imports: ["Inference"]),
        tests("Analysis"),
        tests("Ledger", imports: ["Crypto", "Inference", "CSQLite", "CivilTime"]),
        tests("BudgetPlugin", imports: ["PluginKit", "Inference", "JSON", "Ledger"]),
        tests(
            "Gateway",
            imports: [
                "BudgetPlugin", "Crypto", "HTTPServer", "HTTPTypes", "Inference", "JSON", "Ledger", "NetIO",
                "PluginKit", "Prompts", "Routing", "Telemetry", "YAML",
            ]),
        tests("Reports", imports: ["CivilTime", "Crypto", "Inference", "JSON", "Ledger"]),
        tests("Evaluation", imports: ["Analysis", "Inference", "JSON"]),
        tests(
            "Admin",
            imports: [
                "CivilTime", "Gateway", "HTTPClient", "HTTPServer", "HTTPTypes", "Inference", "JSON", "Ledger", "NetIO",
                "Telemetry",
            ]),
        tests("llmgw", imports: ["JSON"]),
        .testTarget(
            name: "FuzzTests",
            dependencies: [
                "CivilTime", "Gateway", "HTTPServer", "HTTPTypes", "Inference", "JSON", "Prompts", "Providers", "YAML",
            ],
            exclude: ["Seeds"], swiftSettings: settings),
    ]
)
