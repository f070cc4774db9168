import Foundation
import JSON

/// The public test cases of others, which `Tests/Tools/specifications.py` fetches.
enum SpecificationCases {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "var/specifications")

    static func areThere(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: "\(name).json").path)
    }

    static func suites(_ name: String) throws -> [JSONValue] {
        let bytes = [UInt8](try Data(contentsOf: folder.appending(path: "\(name).json")))
        return try JSONValue(parsing: bytes).arrayValue ?? []
    }

    /// The page that tells users what is refused.
    static func documentation() throws -> String {
        let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/prompts.md")
        return try String(contentsOf: page, encoding: .utf8)
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
