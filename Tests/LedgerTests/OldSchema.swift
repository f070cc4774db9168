import Foundation

/// Ledgers of older versions, from the tables that those had and rows of that time.
enum OldSchema {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Vectors/ledger")

    /// The statements that make a whole file.
    static func file(version: Int) throws -> String {
        let versions = version == 1 ? [1] : Array(2...version)
        let parts = try ["tables", "rows"].flatMap { part in
            try versions.map { number in
                try String(contentsOf: folder.appending(path: "version\(number)-\(part).sql"), encoding: .utf8)
            }
        }
        let marks = "PRAGMA application_id=0x6C6C6D67; PRAGMA user_version=\(version);"
        return (["PRAGMA journal_mode=WAL;"] + parts + [marks]).joined(separator: "\n")
    }
}
