import Evaluation
import Glibc
import JSON

/// A journal on disk: finished samples of an earlier run, and a line for each that comes.
final class JournalFile {
    /// What the run before had finished, by its key.
    let finished: [Sample.Key: Sample]
    private let descriptor: CInt
    private let path: String

    /// Opens the journal, or begins one. A journal of another gate or dataset is begun anew.
    init(_ path: String, _ journal: Journal) throws(Failure) {
        let bytes = WholeFile.read(path) ?? []
        let known = bytes.isEmpty ? nil : journal.samples(in: bytes)
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        self.path = path
        finished = known ?? [:]
        guard descriptor >= 0, ftruncate(descriptor, known == nil ? 0 : Journal.wholeLines(bytes)) == 0,
            lseek(descriptor, 0, SEEK_END) >= 0
        else { throw JournalFile.fault(path) }
        if known == nil { try append(journal.header) }
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
