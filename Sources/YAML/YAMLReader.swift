/// The strict subset of YAML that prompt files, configuration and prices are written in.
///
/// Whatever it accepts means the same to every YAML 1.1 and 1.2 reader; whatever they could read differently is
/// refused with a message of its own. JSON objects and arrays are accepted as flow collections.
package enum YAMLReader {
    /// How much text, and how deep.
    package struct Limits: Sendable {
        package var bytes: Int
        /// Collections inside each other. The parser recurses once for each: keep it well below a thousand.
        package var depth: Int

        package init(bytes: Int = 64 * 1024, depth: Int = 40) {
            self.bytes = bytes
            self.depth = depth
        }

        /// 64 KiB, for files that people write by hand.
        package static let promptFile = Limits()

        /// 4 MiB, for price books and other lists that grow.
        package static let large = Limits(bytes: 4 * 1024 * 1024)
    }

    /// Reads one document. An empty one is `null`.
    ///
    /// - Parameters:
    ///   - file: the name that errors bear.
    ///   - line: the number of the first line, when `bytes` are a part of a file.
    package static func parse(
        _ bytes: [UInt8], file: String, startingAt line: Int = 1, limits: Limits = .promptFile
    ) throws(YAMLError) -> YAMLNode {
        var parser = try YAMLParser(YAMLText(bytes, file: file, firstLine: line, limits: limits))
        return try parser.document()
    }
}
