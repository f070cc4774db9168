import Evaluation
import Glibc
import JSON
import Prompts

/// One gate file with all that it names.
struct EvaluationFiles: Sendable {
    let gate: GateFile
    let dataset: Dataset
    /// The folder of prompts that the gate file belongs to: the one that holds its `evals`.
    let prompts: String
    /// The gate file's path below `evals`, such as `de/tone.eval.yaml`.
    let place: String
    /// Of judges that are calibrated, by the digest of their prompt.
    let calibrations: [String: CalibrationRecord]

    init(_ path: String) throws(Failure) {
        let gate = try EvaluationFiles.read(path) { (bytes, file) throws(EvaluationFaults) in
            try GateFileReader.read(bytes, file: file)
        }
        let beside = EvaluationFiles.folder(of: path) + "/" + gate.dataset
        dataset = try EvaluationFiles.read(gate.dataset.hasPrefix("/") ? gate.dataset : beside) {
            (bytes, file) throws(EvaluationFaults) in try Dataset(bytes, file: file)
        }
        if let slice = gate.emptySlice(of: dataset) {
            throw .usage("\(path): error: slices \(slice.text): no case of \(dataset.file) has it in its metadata")
        }
        (prompts, place) = EvaluationFiles.places(of: path)
        calibrations = try EvaluationFiles.calibrations(prompts + "/judges")
        self.gate = gate
    }

    /// Refuses a case that no answer could fail.
    func requireAssertions() throws(Failure) {
        guard let row = gate.uncheckedCase(of: dataset) else { return }
        throw .usage(
            "\(dataset.file):\(row.line): error: case '\(row.id)' has no assertion about its answer, so any would pass;"
                + " add one to its 'assert', or a 'default_assert' to \(gate.file)")
    }

    /// All models that the prompts and their judges name, and those of the gate.
    func models() throws(Failure) -> Set<String> {
        Set(try library().entries.compactMap(\.model)).union(gate.models)
    }

    /// The models that texts are compared with.
    var embeddingModels: Set<String> {
        let all = gate.defaults + dataset.cases.flatMap(\.assertions)
        return Set(
            all.compactMap { assertion in
                if case .similar(_, let model, _) = assertion.test { model } else { nil }
            })
    }

    func library() throws(Failure) -> PromptLibrary {
        do throws(PromptLoadErrors) {
            return try PromptLibrary.load(directory: prompts, commit: nil, allowUnreleased: true)
        } catch {
            throw .usage("the folder of prompts '\(prompts)' cannot be loaded:\n\(error)")
        }
    }

    /// Whether the prompt as it is in the folder has a passing record with this gate and dataset.
    func hasPassed() throws(Failure) -> Bool {
        guard let entry = try library().entries.first(where: { $0.name == gate.prompt }) else { return false }
        do throws(EvaluationFaults) {
            let record = try EvaluationRecord.find(
                prompts: prompts, prompt: gate.prompt, version: entry.version, digest: entry.digest, gate: place)
            guard let record, record.passed, !record.isOffline else { return false }
            return record.gateDigest == gate.digest && record.datasetDigest == dataset.digest
        } catch {
            throw .usage(error.description)
        }
    }

    // MARK: Files and folders

    /// The gate files that operands name, folders searched, in the order of the operands.
    static func gateFiles(_ operands: [String]) throws(Failure) -> [String] {
        var files: [String] = []
        for operand in operands {
            guard isFolder(operand) else {
                files.append(operand)
                continue
            }
            let found = search(operand).filter { $0.hasSuffix(".eval.yaml") }.sorted()
            guard !found.isEmpty else { throw .usage("\(operand): the folder has no gate file, NAME.eval.yaml") }
            files += found
        }
        return files
    }

    /// All gate files below a folder of prompts, as they are called from here.
    static func gatePaths(_ prompts: String) -> [String] {
        search(prompts + "/evals").filter { $0.hasSuffix(".eval.yaml") }.sorted().map(ShownPath.text)
    }

    static func read<Value>(
        _ path: String, _ parse: ([UInt8], String) throws(EvaluationFaults) -> Value
    ) throws(Failure) -> Value {
        let bytes = try WholeFile.read(path, limit: 64 << 20, remedy: "split it")
        do throws(EvaluationFaults) {
            return try parse(bytes, path)
        } catch {
            throw .usage(error.description)
        }
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// `prompts` and `de/a.eval.yaml` of `prompts/evals/de/a.eval.yaml`: what holds the folder `evals`, and the path below
    /// that. Where there is none, the file's own folder takes its place.
    private static func places(of path: String) -> (prompts: String, gate: String) {
        let whole = realpath(path, nil).map { pointer in
            defer { free(pointer) }
            return String(cString: pointer)
        }
        let parts = (whole ?? path).split(separator: "/", omittingEmptySubsequences: false)
        let evals = parts.dropLast().lastIndex(of: "evals") ?? max(0, parts.count - 2)
        let above = parts[..<evals].joined(separator: "/")
        return (above.isEmpty ? "/" : ShownPath.text(above), parts[(evals + 1)...].joined(separator: "/"))
    }

    private static func calibrations(_ folder: String) throws(Failure) -> [String: CalibrationRecord] {
        var records: [String: CalibrationRecord] = [:]
        for path in search(folder).sorted() where path.hasSuffix(".calibration.json") {
            let record = try read(path) { (bytes, file) throws(EvaluationFaults) in
                try CalibrationRecord(bytes, file: file)
            }
            records[record.digest] = record
        }
        return records
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// All files below a folder, eight folders deep; nothing for a folder that is not there.
    static func search(_ folder: String, depth: Int = 8) -> [String] {
        guard depth > 0, let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var files: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard !name.hasPrefix(".") else { continue }
            let path = "\(folder)/\(name)"
            if isFolder(path) { files += search(path, depth: depth - 1) } else { files.append(path) }
        }
        return files
    }
}
