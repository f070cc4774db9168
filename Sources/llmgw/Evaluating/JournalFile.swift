import Evaluation
import Glibc
import JSON

/// A journal on disk: finished samples of an earlier run, and a line for each that comes.
final class JournalFile {
    /// What the run before had finished, by its key.
    let finished: [Sample.Key: Sample]
    private let descriptor: CInt
    private let path: String

    /// Bytes of a journal that is gone on with.
    private static let limit = 256 << 20

    /// Opens the journal, or begins one where there is none. Any other file stays as it is, and is refused.
    init(_ path: String, _ journal: Journal) throws(Failure) {
        var bytes: [UInt8] = []
        if access(path, F_OK) == 0 {
            bytes = try WholeFile.read(path, limit: JournalFile.limit, remedy: "name another file with --resume")
        }
        let known = journal.isUnbegun(bytes) ? nil : try JournalFile.samples(bytes, journal, path)
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        self.path = path
        finished = known ?? [:]
        guard descriptor >= 0, ftruncate(descriptor, known == nil ? 0 : Journal.wholeLines(bytes)) == 0,
            lseek(descriptor, 0, SEEK_END) >= 0
        else { throw JournalFile.fault(path) }
        if known == nil { try append(journal.header) }
    }

    private static func samples(
        _ bytes: [UInt8], _ journal: Journal, _ path: String
    ) throws(Failure) -> [Sample.Key: Sample] {
        guard Journal.isJournal(bytes) else {
            throw .usage("\(path): is no journal of an evaluation; name another file with --resume")
        }
        guard let samples = journal.samples(in: bytes) else {
            throw .usage(
                "\(path): is the journal of another run: its gate file, dataset, gateway or judges differ;"
                    + " name another file with --resume")
        }
        return samples
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func append(_ sample: Sample) throws(Failure) { try append(sample.json.serialized()) }

    /// One line in one write: a process that is killed leaves whole lines and at most one torn one.
    private func append(_ line: [UInt8]) throws(Failure) {
        let bytes = line + [UInt8(ascii: "\n")]
        guard write(descriptor, bytes, bytes.count) == bytes.count else { throw JournalFile.fault(path) }
    }

    private static func fault(_ path: String) -> Failure {
        Failure(.failure, "\(path): the journal cannot be written: \(String(cString: strerror(errno)))")
    }
}
