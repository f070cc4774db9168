import Foundation
import Testing
import YAML

/// What the subset accepts, PyYAML reads in the same way. `Tests/Tools/yaml_differential.py` makes the cases.
@Suite struct DifferentialTests {
    @Test func agreesWithTheRecordedReadingsOfPyYAML() throws {
        let table = try String(contentsOf: Self.folder.appending(path: "Vectors/pyyaml.jsonl"), encoding: .utf8)
        try compare(table, atLeast: 500)
    }

    @Test(.enabled(if: Self.hasPyYAML, "needs python3 with PyYAML"))
    func agreesWithPyYAMLOnTextsMadeNow() throws {
        let environment = ProcessInfo.processInfo.environment
        let seed = environment["YAML_SEED"] ?? String(UInt32.random(in: 0 ... .max))
        let tool = Self.folder.appending(path: "Tools/yaml_differential.py").path
        let count = environment["YAML_CASES"] ?? "300"
        let output = try run(["python3", tool, "--count", count, "--seed", seed])
        try compare(output, atLeast: 100)
    }

    /// Of the cases of yaml-test-suite, the subset reads what it must or refuses: also where PyYAML reads something.
    @Test(
        .enabled(
            if: Self.suite != nil,
            "the cases are neither in ../shared/vectors nor in var/specifications; scripts/setup.sh specifications fetches them"
        ))
    func neverReturnsAWrongValueForYAMLsOwnTestSuite() throws {
        let samples = try JSONDecoder().decode([Case].self, from: Data(contentsOf: #require(Self.suite)))
        #expect(samples.count > 400)
        compare(samples, atLeast: 280)
    }

    private static let suite = ["../shared/vectors", "var/specifications"]
        .map { folder.deletingLastPathComponent().appending(path: "\($0)/yaml.json") }
        .first { FileManager.default.fileExists(atPath: $0.path) }
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    private static let hasPyYAML = (try? run(["python3", "-c", "import yaml; print(1)"])) == "1\n"

    private struct Case: Decodable {
        var text: String
        var value: String?
        var must: Bool
    }

    private func compare(_ table: String, atLeast count: Int) throws {
        compare(
            try table.utf8.split(separator: UInt8(ascii: "\n")).map {
                try JSONDecoder().decode(Case.self, from: Data($0))
            },
            atLeast: count)
    }

    private func compare(_ samples: [Case], atLeast count: Int) {
        var accepted = 0
        for sample in samples {
            do {
                let node = try YAMLReader.parse(Array(sample.text.utf8), file: "f")
                accepted += 1
                #expect(canonical(node) == sample.value, "\(sample.text.debugDescription)")
            } catch {
                #expect(!sample.must || sample.value == nil, "\(error) in \(sample.text.debugDescription)")
            }
        }
        #expect(accepted >= count / 4)
    }
}

/// The form that the tool writes: a letter for the type, then exact digits.
private func canonical(_ node: YAMLNode) -> String {
    switch node.value {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): "i\(value)"
    case .decimal(let text): "f" + hex(Double(text)?.bitPattern ?? 0, digits: 16)
    case .string(let string): "s" + string.utf16.map { hex(UInt64($0), digits: 4) }.joined()
    case .sequence(let items): "[" + items.map { canonical($0) }.joined(separator: ",") + "]"
    case .mapping(let members):
        "{"
            + members.map { canonical(YAMLNode(.string($0.name), at: $0.position)) + ":" + canonical($0.node) }
            .joined(separator: ",") + "}"
    }
}

private func hex(_ value: UInt64, digits: Int) -> String {
    let hex = String(value, radix: 16)
    return String(repeating: "0", count: digits - hex.count) + hex
}

private func run(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self)
}
