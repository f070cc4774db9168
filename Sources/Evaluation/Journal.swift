import JSON

/// Samples as they come, one a line, so that a run that was cut off goes on where it ended.
///
/// The first line says what was run: another dataset, gate file, gateway or judge makes the rest worthless.
package struct Journal: Sendable {
    /// The first line, without its end.
    package let header: [UInt8]

    /// - Parameter baseURL: the gateway's; nil for simulated models inside the process.
    package init(_ gate: GateFile, _ dataset: Dataset, baseURL: String?) {
        let judges = (gate.defaults + dataset.cases.flatMap(\.assertions)).compactMap { assertion in
            switch assertion.test {
            case .judge(let call), .pairwise(let call, _): call.prompt
            default: nil
            }
        }
        header = JSONValue.object([
            JSONMember("journal", .integer(1)), JSONMember("gate", .string(gate.digest)),
            JSONMember("dataset", .string(dataset.digest)), JSONMember("offline", .bool(baseURL == nil)),
            JSONMember("base_url", .text(baseURL)),
            JSONMember("judges", .array(Set(judges).sorted().map { .string($0) })),
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

    /// Whether nothing was begun: the file is empty, or holds the beginning of a first line that was torn.
    package func isUnbegun(_ bytes: [UInt8]) -> Bool { header.starts(with: bytes) }

    /// Whether the first line is that of a journal, of whatever run.
    package static func isJournal(_ bytes: [UInt8]) -> Bool {
        let line = Array(bytes.prefix { $0 != UInt8(ascii: "\n") })
        return (try? JSONValue(parsing: line))?["journal"]?.integerValue != nil
    }

    /// How many bytes of a journal are whole lines: what comes behind them is cut away before more is written.
    package static func wholeLines(_ bytes: [UInt8]) -> Int {
        bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    }
}
