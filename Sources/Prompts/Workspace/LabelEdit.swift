import YAML

/// Changes what a label stands for, and no other line of its file.
package enum LabelEdit {
    /// Why a label's file cannot be edited.
    package struct Failure: Error, Sendable, Equatable {
        package let message: String
    }

    /// Returns the file of a label in which `name` stands for a version. Comments, order and quotes stay; a name that is
    /// new gets a line at the end.
    ///
    /// - Parameters:
    ///   - bytes: the file as it is; empty for one that is to be made.
    ///   - label: the label's name.
    ///   - digest: all 64 digits; the file gets twelve.
    package static func set(
        _ name: String, version: String, digest: String, in bytes: [UInt8], label: String
    ) throws(Failure) -> [UInt8] {
        let path = "prompts/labels/\(label).yaml"
        let before = try read(bytes, label, path)
        let target = "\(version) sha256:\(digest.prefix(12))"
        let candidates =
            before.targets[name].map { replaced(bytes, at: $0.place, with: target).map { [$0] } ?? [] }
            ?? ["\(name): \"\(target)\"\n", "\"\(name)\": \"\(target)\"\n"].map { appended(bytes, $0) }
        var wanted = before.targets.mapValues { [$0.version, $0.digest] }
        wanted[name] = [version, String(digest.prefix(12))]
        for edited in candidates {
            // A name such as 404 must stand in quotes, or it would be a number.
            guard let after = try? read(edited, label, path) else { continue }
            if after.targets.mapValues({ [$0.version, $0.digest] }) == wanted { return edited }
        }
        throw Failure(
            message: "\(path): '\(name)' is written in a way that cannot be edited; write \(name): \"\(target)\"")
    }

    private static func read(_ bytes: [UInt8], _ label: String, _ path: String) throws(Failure) -> PromptLabel {
        do throws(Fault) {
            return try PromptLabel(name: label, path: path, bytes: bytes)
        } catch {
            throw Failure(message: error.diagnostic(in: path).description)
        }
    }

    /// Nil when the text at `place` is no scalar on one line.
    private static func replaced(_ bytes: [UInt8], at place: Place, with target: String) -> [UInt8]? {
        guard var start = SourceText(bytes).offset(of: place) else { return nil }
        let line = bytes[start...].prefix { $0 != Ascii.newline }
        var end: Int?
        if let quote = line.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            start += 1
            end = line.dropFirst().firstIndex(of: quote)
        } else {
            let words = line.split(separator: Ascii.space, maxSplits: 2).prefix(2)
            end = words.last?.firstIndex { ",}".utf8.contains($0) } ?? words.last?.endIndex
        }
        guard let end else { return nil }
        var edited = bytes
        edited.replaceSubrange(start..<end, with: Array(target.utf8))
        return edited
    }

    private static func appended(_ bytes: [UInt8], _ line: String) -> [UInt8] {
        let isOpen = !bytes.isEmpty && bytes.last != Ascii.newline
        return bytes + (isOpen ? [Ascii.newline] : []) + Array(line.utf8)
    }
}
