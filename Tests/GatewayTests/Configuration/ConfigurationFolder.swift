import Foundation

@testable import Gateway

/// A folder of configuration files that exists as long as it is needed.
final class ConfigurationFolder {
    let path: String

    init(_ files: [String: String] = [:]) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("llmgw-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, text) in files { try write(text, to: name) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String, mode: Int = 0o600) throws {
        let file = "\(path)/\(name)"
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
    }

    func load(_ environment: [String: String] = [:], today: String = "2026-11-21") -> ConfigurationLoad {
        Configuration.load(path: "\(path)/gateway.yaml", environment: environment, today: today)
    }

    /// Loads a `gateway.yaml` that holds `text`, and returns what is said about it, without the folder's path.
    static func findings(
        _ text: String, files: [String: String] = [:], environment: [String: String] = [:], today: String = "2026-11-21"
    ) throws -> [String] {
        let folder = try ConfigurationFolder(files)
        try folder.write(text, to: "gateway.yaml")
        return folder.load(environment, today: today).diagnostics.map {
            $0.description.replacingOccurrences(of: folder.path + "/", with: "")
        }
    }
}
