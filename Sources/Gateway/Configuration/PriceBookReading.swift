import YAML

/// A price book read by itself, apart from a configuration: for comparing and checking files.
package struct PriceBookReading: Sendable {
    /// Nil when the file has an error.
    package let entries: [PriceEntry]?
    /// In the order of the places; what ``PriceLint`` finds is not among them.
    package let diagnostics: [Diagnostic]

    /// - Parameter file: how findings name it.
    package init(_ bytes: [UInt8], file: String) {
        let findings = DiagnosticCollector()
        var book: PriceBookFile?
        do throws(YAMLError) {
            let node = try YAMLReader.parse(bytes, file: file, limits: .large)
            let context = ReadingContext(file: file, isExposed: true, environment: [:], findings: findings)
            book = PriceBookFile(ConfigurationValue(node: node, path: ""), in: context)
        } catch {
            findings.add(.error, SourcePlace(file: file, error.position), error.message)
        }
        diagnostics = findings.inOrder
        entries = findings.hasErrors ? nil : book?.entries
    }

    /// Reads a file of at most 4 MiB.
    package static func read(_ path: String) -> PriceBookReading {
        do throws(FileContent.Failure) {
            return PriceBookReading(try FileContent.read(path, limit: 4 << 20).bytes, file: path)
        } catch {
            let finding = Diagnostic(severity: .error, file: path, line: 0, column: 0, message: error.description)
            return PriceBookReading(failing: finding)
        }
    }

    private init(failing finding: Diagnostic) {
        entries = nil
        diagnostics = [finding]
    }
}
