import Foundation
import Prompts

/// A git repository of its own for one test, with prompts in `prompts/`.
final class TemporaryRepository {
    let path: String

    init(_ options: [String] = []) throws {
        path = NSTemporaryDirectory() + "prompts \(UUID().uuidString) ü"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try git(["init", "--quiet", "--initial-branch=main"] + options)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult
    func git(_ arguments: [String], input: Data = Data()) throws -> String {
        try TemporaryRepository.git(arguments, in: path, input: input)
    }

    @discardableResult
    static func git(_ arguments: [String], in folder: String, input: Data = Data()) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/git")
        process.arguments = ["-C", folder] + arguments
        process.environment = [
            "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "GIT_AUTHOR_NAME": "Ann Author",
            "GIT_AUTHOR_EMAIL": "ann@example.com", "GIT_COMMITTER_NAME": "Carl",
            "GIT_COMMITTER_EMAIL": "carl@example.com",
            "GIT_AUTHOR_DATE": "1700000000 +0000", "GIT_COMMITTER_DATE": "1700000000 +0000",
            "GIT_ALLOW_PROTOCOL": "file",
        ]
        let file = NSTemporaryDirectory() + "input-\(UUID().uuidString)"
        try input.write(to: URL(fileURLWithPath: file))
        defer { try? FileManager.default.removeItem(atPath: file) }
        let output = Pipe()
        process.standardInput = FileHandle(forReadingAtPath: file)
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw CocoaError(.executableLoad, userInfo: ["arguments": arguments])
        }
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Writes the files, nil for one that goes, and returns the commit.
    @discardableResult
    func commit(_ files: [String: String?], _ message: String = "Change prompts") throws -> String {
        for (name, text) in files {
            let file = path + "/prompts/" + name
            let folder = (file as NSString).deletingLastPathComponent
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            if let text {
                try text.write(toFile: file, atomically: false, encoding: .utf8)
            } else {
                try FileManager.default.removeItem(atPath: file)
            }
        }
        try git(["add", "--all"])
        try git(["commit", "--quiet", "--allow-empty", "--message", message])
        return try git(["rev-parse", "HEAD"])
    }

    func source(_ ref: String = "main") -> GitSource {
        GitSource(repository: path, ref: ref, folder: path + "/prompts")
    }

    func library(
        _ ref: String = "main", registered: [RegisteredVersion] = [], allowUnreleased: Bool = false,
        after before: PromptLibrary? = nil
    ) throws -> PromptLibrary {
        try PromptLibrary.load(
            git: source(ref), registered: registered, allowUnreleased: allowUnreleased, after: before)
    }
}

/// A prompt of one version and one sentence.
func prompt(_ version: String, _ text: String) -> String {
    "---\nversion: \(version)\n---\n\(text)\n"
}

/// The digest of a prompt that includes nothing.
func digest(_ path: String, _ text: String) -> String {
    BundleDigest.hex(of: ["prompts/" + path: Array(text.utf8)])
}

/// What a label's file says of such a prompt.
func pin(_ name: String, _ version: String, _ text: String) -> String {
    "\(name): \"\(version) sha256:\(digest(name + ".prompt", prompt(version, text)).prefix(12))\"\n"
}

/// What is wrong with a library, one error a line.
func problems(_ body: () throws -> PromptLibrary) -> String {
    do {
        _ = try body()
        return ""
    } catch {
        return "\(error)"
    }
}
