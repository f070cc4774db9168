import YAML

/// Raises the version in a prompt's file, and changes no other byte.
package enum VersionEdit {
    package enum Level: String, Sendable, CaseIterable {
        case patch, minor, major
    }

    /// Why a file's version cannot be raised.
    package struct Failure: Error, Sendable, Equatable {
        package let message: String
    }

    /// Returns the file with the next version of this level, and both versions.
    ///
    /// - Parameter path: begins with `prompts/`; for messages.
    package static func raise(
        _ bytes: [UInt8], path: String, _ level: Level
    ) throws(Failure) -> (bytes: [UInt8], old: String, new: String) {
        guard let place = place(in: bytes, path: path) else {
            throw Failure(message: "\(path): has no version; write 'version: 1.0.0' into its front matter")
        }
        guard let new = next(place.version, level) else {
            throw Failure(message: "\(path): version \(place.version) cannot be raised; write another")
        }
        var edited = bytes
        edited.replaceSubrange(place.range, with: Array(new.utf8))
        guard self.place(in: edited, path: path)?.version == new else {
            throw Failure(message: "\(path): the version is written in a way that cannot be edited; raise it by hand")
        }
        return (edited, place.version, new)
    }

    /// `3.1.4` becomes `3.1.5`, `3.2.0` or `4.0.0`; nil past the largest number.
    static func next(_ version: String, _ level: Level) -> String? {
        guard let parts = PromptVersion.parts(version) else { return nil }
        let index = level == .major ? 0 : level == .minor ? 1 : 2
        let (raised, overflow) = parts[index].addingReportingOverflow(1)
        guard !overflow else { return nil }
        let next = parts.indices.map { $0 < index ? parts[$0] : $0 == index ? raised : 0 }
        return next.map(String.init).joined(separator: ".")
    }

    /// Where the three numbers stand, without quotes; nil when the file has no version or cannot be read.
    static func place(in bytes: [UInt8], path: String) -> (version: String, range: Range<Int>, place: Place)? {
        guard let file = try? PromptFile(path: path, bytes: bytes),
            let member = file.frontMatter?.mappingMembers?.first(where: { $0.name == "version" }),
            case .string(let version) = member.node.value, PromptVersion.isValid(version)
        else { return nil }
        let place = Place(member.node.position)
        guard var start = file.source.offset(of: place) else { return nil }
        if bytes[start] == UInt8(ascii: "\"") || bytes[start] == UInt8(ascii: "'") { start += 1 }
        let end = start + version.utf8.count
        guard end <= bytes.count, bytes[start..<end].elementsEqual(version.utf8) else { return nil }
        return (version, start..<end, place)
    }
}

extension SourceText {
    /// The byte at a line and column; nil past the file's end.
    func offset(of place: Place) -> Int? {
        var line = 1
        var start = 0
        while line < place.line {
            guard let end = bytes[start...].firstIndex(of: Ascii.newline) else { return nil }
            (line, start) = (line + 1, end + 1)
        }
        let end = bytes[start...].firstIndex(of: Ascii.newline) ?? bytes.count
        let text = String(decoding: bytes[start..<end], as: UTF8.self)
        guard text.count >= place.column - 1 else { return nil }
        let offset = start + text.prefix(max(0, place.column - 1)).utf8.count
        return offset < bytes.count ? offset : nil
    }
}
