import Glibc
import JSON

/// The result of a gate for one digest of a prompt, kept in git: what a promotion asks for.
///
/// It lies in `prompts/evals/records`, as `support-reply-3.1.0-e9933fcc6c7a-tone.json` of `tone.eval.yaml`, and as
/// `de/support-reply-3.1.0-e9933fcc6c7a-tone.json` of `de/tone.eval.yaml`.
package struct EvaluationRecord: Sendable {
    package struct Model: Sendable {
        package var model: String?
        package var answeredBy: [String]
        package var passRate: Double?
        package var passRateLower: Double?
        package var errors: Int
        package var checks: [GateCheck]
        package var cases: [CaseScore]
    }

    package var prompt: String
    package var version: String?
    /// 64 hexadecimal digits.
    package var digest: String
    package var gateFile: String
    package var gateDigest: String
    package var datasetDigest: String
    /// RFC 3339, UTC.
    package var date: String
    /// `llmgw` and its version.
    package var program: String
    package var repetitions: Int
    package var seed: Int64?
    /// Whether simulated models answered: then it says nothing of the prompt.
    package var isOffline: Bool
    package var passed: Bool
    package var models: [Model]

    /// Returns nil for a report that came to no verdict, or whose models saw different texts of the prompt.
    package init?(_ report: GateReport, date: String, program: String) {
        guard report.verdict != .unknown, let digest = report.models.first?.digest,
            report.models.allSatisfy({ $0.digest == digest })
        else { return nil }
        let version = report.models.first?.prompt?.split(separator: "@").last.map(String.init)
        prompt = report.gate.prompt
        self.version = version == "worktree" ? nil : version
        self.digest = digest
        (gateFile, gateDigest) = (report.gate.file, report.gate.digest)
        (datasetDigest, self.date, self.program) = (report.dataset.digest, date, program)
        (repetitions, seed) = (report.gate.repetitions, report.gate.seed)
        (isOffline, passed) = (report.isOffline, report.verdict == .passed)
        models = report.models.map { score in
            Model(
                model: score.model, answeredBy: score.answeredBy, passRate: score.passRate?.share,
                passRateLower: score.passRate?.lower, errors: score.errors, checks: score.checks, cases: score.cases)
        }
    }

    /// Where the record lies below `evals/records`.
    ///
    /// - Parameter place: the gate file's path below `evals`.
    package func path(gate place: String) -> String {
        EvaluationRecord.path(prompt: prompt, version: version, digest: digest, gate: place)
    }

    /// `de/support-reply-3.1.0-e9933fcc6c7a-tone.json`; a `/` of the prompt's name becomes `-`.
    ///
    /// - Parameter place: the gate file's path below `evals`: folder and name, without `.eval.yaml`, keep the gates of one
    ///   prompt apart.
    package static func path(prompt: String, version: String?, digest: String, gate place: String) -> String {
        let folder = place.lastIndex(of: "/").map { place[...$0] } ?? ""
        return folder + fileName(prompt: prompt, version: version, digest: digest, gate: place)
    }

    private static func fileName(prompt: String, version: String?, digest: String, gate place: String) -> String {
        let file = place.split(separator: "/").last ?? ""
        let stem = file.hasSuffix(".eval.yaml") ? file.dropLast(10) : file
        return "\(prompt.replacing("/", with: "-"))-\(version ?? "unversioned")-\(digest.prefix(12))-\(stem).json"
    }

    /// Whether this may be the record of a gate, as far as the record says which file its gate was.
    private func isOf(gate place: String) -> Bool {
        let parts = gateFile.split(separator: "/")
        guard let evals = parts.lastIndex(of: "evals") else { return true }
        return parts[(evals + 1)...].joined(separator: "/") == place
    }

    // MARK: Files

    /// A gate's record of this version and digest in a folder of prompts, such as `prompts`; nil when there is none.
    ///
    /// - Parameter place: the gate file's path below `evals`.
    package static func find(
        prompts folder: String, prompt: String, version: String?, digest: String, gate place: String
    ) throws(EvaluationFaults) -> EvaluationRecord? {
        let records = "\(folder)/evals/records/"
        // Earlier programs wrote the records of all folders side by side.
        let names = [
            path(prompt: prompt, version: version, digest: digest, gate: place),
            fileName(prompt: prompt, version: version, digest: digest, gate: place),
        ]
        for name in names where access(records + name, F_OK) == 0 {
            let record = try read(records + name)
            if record.digest == digest, record.prompt == prompt, record.isOf(gate: place) { return record }
        }
        return nil
    }

    package static func read(_ path: String) throws(EvaluationFaults) -> EvaluationRecord {
        guard let bytes = contents(of: path) else {
            throw EvaluationFaults([EvaluationFault(path, "cannot be read: \(String(cString: strerror(errno)))")])
        }
        return try EvaluationRecord(bytes, file: path)
    }

    /// At most 16 MiB; nil when it cannot be read, and `errno` says why.
    private static func contents(of path: String) -> [UInt8]? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count < 16 << 20 {
            let count = fread(&piece, 1, piece.count, file)
            guard count > 0 else { return ferror(file) == 0 ? bytes : nil }
            bytes += piece.prefix(count)
        }
        return bytes
    }
}
