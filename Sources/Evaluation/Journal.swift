import JSON

/// Samples as they come, one a line, so that a run that was cut off goes on where it ended.
///
/// The first line says what was run: another dataset or gate file makes the rest worthless.
package struct Journal: Sendable {
    /// The first line, without its end.
    package let header: [UInt8]

    package init(_ gate: GateFile, _ dataset: Dataset) {
        header = JSONValue.object([
            JSONMember("journal", .integer(1)), JSONMember("gate", .string(gate.digest)),
            JSONMember("dataset", .string(dataset.digest)),
        ]).serialized()
    }

    /// Returns the finished samples of a journal by their keys, the latest of each; nil when it is of another run.
    ///
    /// A last line without an end was being written when the run ended: it is left out. Errors are left out too, so
    /// that they run again.
    package func samples(in bytes: [UInt8]) -> [Sample.Key: Sample]? {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        lines.removeLast()
        guard let first = lines.first, first.elementsEqual(header) else { return nil }
        var samples: [Sample.Key: Sample] = [:]
        for line in lines.dropFirst() {
            guard let value = try? JSONValue(parsing: Array(line)), let sample = Sample(json: value),
                sample.error == nil
            else { continue }
            samples[sample.key] = sample
        }
        return samples
    }

    /// How many bytes of a journal are whole lines: what comes behind them is cut away before more is written.
    package static func wholeLines(_ bytes: [UInt8]) -> Int {
        bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    }
}
