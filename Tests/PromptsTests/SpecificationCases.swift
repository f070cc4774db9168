import Foundation
import JSON

/// The public test cases of others, as `Tests/Tools/specifications.py` writes them.
enum SpecificationCases {
    /// Why a suite of them is not run.
    static let remedy =
        "the cases are neither in ../shared/vectors nor in var/specifications; "
        + "scripts/setup.sh specifications fetches them"

    private static let project = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func areThere(_ name: String) -> Bool { file(name) != nil }

    static func suites(_ name: String) throws -> [JSONValue] {
        guard let file = file(name) else { return [] }
        return try JSONValue(parsing: [UInt8](try Data(contentsOf: file))).arrayValue ?? []
    }

    private static func file(_ name: String) -> URL? {
        ["../shared/vectors", "var/specifications"].map { project.appending(path: "\($0)/\(name).json") }
            .first { FileManager.default.fileExists(atPath: $0.path) }
    }

    /// The page that tells users what is refused.
    static func documentation() throws -> String {
        try String(contentsOf: project.appending(path: "docs/prompts.md"), encoding: .utf8)
    }

    /// `text` without the blank lines around it, as the page says of messages.
    static func withoutBlankLines(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let isBlank = { (line: Substring) in line.utf8.allSatisfy { $0 == 0x20 || (0x09...0x0d).contains($0) } }
        guard let first = lines.firstIndex(where: { !isBlank($0) }), let last = lines.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return lines[first...last].joined(separator: "\n")
    }
}

/// Why cases of a specification are not met, on purpose.
struct Departure {
    /// `file/suite` or `file/suite/test`; the whole of what begins so.
    var cases: [String]
    /// What the documentation says of it, word for word.
    var documented: String

    func covers(_ name: String) -> Bool { cases.contains { name == $0 || name.hasPrefix($0 + "/") } }
}

extension JSONValue {
    var text: String { stringValue ?? "" }

    /// The members sorted by name at every level: two objects are compared without their order.
    var sorted: JSONValue {
        switch self {
        case .object(let members):
            .object(members.map { JSONMember($0.name, $0.value.sorted) }.sorted { $0.name < $1.name })
        case .array(let items): .array(items.map(\.sorted))
        default: self
        }
    }
}
