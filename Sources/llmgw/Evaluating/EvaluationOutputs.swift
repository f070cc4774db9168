import CivilTime
import Evaluation
import Glibc
import JSON

/// What a run leaves behind: the page, the files that were asked for, the records, the exit code.
struct EvaluationOutputs {
    private let arguments: Arguments
    private let context: Context
    private let date = Timestamp.format(Clock.utcMilliseconds())

    init(_ arguments: Arguments, _ context: Context) {
        self.arguments = arguments
        self.context = context
    }

    /// Refuses places that cannot be written, before anything is paid for.
    func requirePlaces(_ files: [EvaluationFiles]) throws(Failure) {
        for option in ["out", "junit", "markdown"] {
            guard let path = arguments.text(option), let reason = EvaluationOutputs.obstacle(at: path) else { continue }
            throw .usage("--\(option): \(path) cannot be written: \(reason)")
        }
        if let folder = attachments, let obstacle = EvaluationOutputs.obstacle(in: folder) {
            throw .usage("--attachments: \(folder) \(obstacle)")
        }
        guard keepsRecords else { return }
        for one in files {
            let records = "\(one.prompts)/evals/records"
            let folders: [String] = [records, "\(one.prompts)/evals", one.prompts]
            let place = folders.first { access($0, F_OK) == 0 } ?? records
            guard access(place, W_OK) == 0 else {
                throw .usage(
                    "\(place): \(String(cString: strerror(errno))); records go there, unless --no-record is given")
            }
        }
    }

    /// Why no report can be written there; nil when one can.
    private static func obstacle(at path: String) -> String? {
        if let open = WholeFile.descriptor(of: path) {
            let flags = fcntl(open, F_GETFL)
            guard flags >= 0 else { return String(cString: strerror(errno)) }
            return flags & O_ACCMODE == O_RDONLY ? "it is open for reading alone" : nil
        }
        var status = stat()
        let isThere = stat(path, &status) == 0
        if isThere, status.st_mode & S_IFMT == S_IFDIR { return "is a folder" }
        // A file is put in its place by a rename; a pipe or a terminal is written to.
        let isReplaced = !isThere || status.st_mode & S_IFMT == S_IFREG
        let place = isReplaced ? EvaluationFiles.folder(of: path) : path
        return access(place, W_OK) == 0 ? nil : String(cString: strerror(errno))
    }

    /// What keeps files from being written into a folder, which is made when it is not there; nil when nothing does.
    private static func obstacle(in folder: String) -> String? {
        var status = stat()
        guard stat(folder, &status) == 0 else {
            let isMissing = errno == ENOENT
            if isMissing, access(EvaluationFiles.folder(of: folder), W_OK) == 0 { return nil }
            return "cannot be made: \(String(cString: strerror(errno)))"
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return "is no folder" }
        return access(folder, W_OK | X_OK) == 0 ? nil : "cannot be written: \(String(cString: strerror(errno)))"
    }

    /// The folder of `--attachments`, without slashes at its end.
    private var attachments: String? {
        guard var folder = arguments.text("attachments") else { return nil }
        while folder.utf8.count > 1, folder.hasSuffix("/") { folder.removeLast() }
        return folder
    }

    private var keepsRecords: Bool { !arguments.has("no-record") && !arguments.has("offline") }

    func write(_ reports: [GateReport], _ files: [EvaluationFiles]) throws(Failure) -> ExitCode {
        if arguments.text("format") == "json" {
            context.output.write(json(reports))
        } else {
            context.output.write(reports.map(\.table).joined(separator: "\n"))
        }
        if let path = arguments.text("out") { try put(path, json(reports)) }
        if let path = arguments.text("markdown") { try put(path, Array(MarkdownReport.text(reports).utf8)) }
        let attachments = try attach(reports)
        if let path = arguments.text("junit") {
            let text = JUnitReport.text(reports) { report, sample in
                attachments[Attachment(gate: report.gate.file, key: sample.key)]
            }
            try put(path, Array(text.utf8))
        }
        try record(reports, files)
        if reports.contains(where: { $0.verdict == .unknown }) { return .failure }
        return reports.contains { $0.verdict == .failed } ? .findings : .success
    }

    private func json(_ reports: [GateReport]) -> [UInt8] {
        JSONValue.object([
            JSONMember("program", .string("llmgw \(Help.version)")), JSONMember("date", .string(date)),
            JSONMember("gates", .array(reports.map(\.json))),
        ]).serialized() + [UInt8(ascii: "\n")]
    }

    // MARK: Attachments

    private struct Attachment: Hashable {
        var gate: String
        var key: Sample.Key
    }

    /// Writes the answers of failed runs, and returns their paths.
    private func attach(_ reports: [GateReport]) throws(Failure) -> [Attachment: String] {
        guard let folder = attachments else { return [:] }
        guard mkdir(folder, 0o755) == 0 || errno == EEXIST else { throw EvaluationOutputs.fault(folder) }
        var paths: [Attachment: String] = [:]
        var names = DistinctNames()
        for report in reports {
            let thresholds = Dictionary(
                report.dataset.cases.map { ($0.id, $0.threshold) }, uniquingKeysWith: { first, _ in first })
            for sample in report.samples where sample.key.role == .candidate {
                guard sample.passes(threshold: thresholds[sample.key.caseID] ?? nil) == false else { continue }
                let path = "\(folder)/\(names.distinct(EvaluationOutputs.fileName(report, sample))).txt"
                let text = sample.failures.joined(separator: "\n") + "\n\n" + sample.answer.text + "\n"
                try put(path, Array(text.utf8))
                paths[Attachment(gate: report.gate.file, key: sample.key)] = path
            }
        }
        return paths
    }

    /// `support-reply-parcel-1-2`; whatever is not a letter, a digit or `-` becomes `_`, so two may come out the same.
    private static func fileName(_ report: GateReport, _ sample: Sample) -> String {
        let words = [report.gate.prompt, sample.key.model, sample.key.caseID, String(sample.key.repetition)]
        let text = words.compactMap(\.self).joined(separator: "-")
        return String(text.prefix(150).map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "_" })
    }

    // MARK: Records

    /// Keeps the verdict for the text that it is about. Simulated models have none.
    private func record(_ reports: [GateReport], _ files: [EvaluationFiles]) throws(Failure) {
        guard keepsRecords else { return }
        for (report, one) in zip(reports, files) {
            guard let record = EvaluationRecord(report, date: date, program: "llmgw \(Help.version)") else { continue }
            let path = "evals/records/" + record.path(gate: one.place)
            var folder = one.prompts
            for part in path.split(separator: "/").dropLast() {
                folder += "/" + part
                guard mkdir(folder, 0o755) == 0 || errno == EEXIST else { throw EvaluationOutputs.fault(folder) }
            }
            try put("\(one.prompts)/\(path)", record.bytes)
            context.errors.line("record: \(one.prompts)/\(path)")
        }
        context.errors.flush()
    }

    private func put(_ path: String, _ bytes: [UInt8]) throws(Failure) {
        guard WholeFile.replace(path, bytes) else { throw EvaluationOutputs.fault(path) }
    }

    private static func fault(_ path: String) -> Failure {
        Failure(.failure, "\(path): cannot be written: \(String(cString: strerror(errno)))")
    }
}
