import CSQLite
import Glibc
import Inference

/// The file behind a ``ContentStore``: one table, by request. For one thread.
///
/// Its writes are not fsynced one by one: what a power cut takes is an answer that cannot be repeated, and no money. A file
/// that it has left empty is taken as new, and one that it has damaged is moved aside.
final class ContentFile {
    /// `llmc` in ASCII, in the file's header: says whose database it is.
    static let applicationID: Int64 = 0x6C6C_6D63
    /// The most rows that one insert makes room by deleting: expiry never takes long.
    private static let expiryStep = 20

    private let path: String
    private let retention: Int64
    private var opened: Opened?

    /// Opens nothing yet.
    init(_ path: String, retention: Int64) {
        self.path = path
        self.retention = retention
    }

    /// Adds an answer, and deletes some that are too old.
    func insert(_ answer: StoredAnswer) throws {
        try mending { try write(answer, to: $0) }
    }

    private func write(_ answer: StoredAnswer, to file: Opened) throws {
        file.insertion.bind(1, answer.request)
        file.insertion.bind(2, answer.at)
        file.insertion.bind(3, Int64(answer.status))
        file.insertion.bind(4, answer.contentType)
        file.insertion.bind(5, answer.isStream)
        file.insertion.bind(6, answer.fields.joined(separator: "\n"))
        file.insertion.bind(7, answer.body)
        try file.insertion.run()
        file.expiry.bind(1, answer.at.addingClamped(-retention))
        file.expiry.bind(2, Int64(ContentFile.expiryStep))
        try file.expiry.run()
    }

    func find(_ request: RequestID) throws -> StoredAnswer? {
        guard opened != nil || fileExists(path) else { return nil }
        return try mending { try read(request, from: $0) }
    }

    private func read(_ request: RequestID, from file: Opened) throws -> StoredAnswer? {
        let search = file.search
        search.bind(1, request)
        search.bind(2, utcMilliseconds().addingClamped(-retention))
        defer { search.reset() }
        guard try search.step() else { return nil }
        return StoredAnswer(
            request: request, status: Int(clamping: search.integer(1)), contentType: search.text(2),
            isStream: search.integer(3) != 0, fields: search.text(4).split(separator: "\n").map(String.init),
            body: search.bytes(5), at: search.integer(0))
    }

    func close() {
        opened?.connection.close()
        opened = nil
    }

    /// Works on the file; once more on a new one, when it turns out to be damaged.
    private func mending<Result>(_ work: (Opened) throws -> Result) throws -> Result {
        do {
            return try work(open())
        } catch let error as SQLiteError where error.isDamage {
            guard ContentHeader(of: path).isOurs else { throw error }
            close()
            guard rename(path, path + ".damaged") == 0 else { throw error }
            removeLog()
            return try work(open())
        }
    }

    private func removeLog() {
        for suffix in ["-wal", "-shm"] { unlink(path + suffix) }
    }

    private func open() throws -> Opened {
        if let opened { return opened }
        try LedgerFile.makeFolder(of: path)
        if ContentHeader(of: path).isBlank {
            unlink(path)
            removeLog()
        }
        let isNew = !fileExists(path)
        if isNew {
            let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            if descriptor >= 0 { Glibc.close(descriptor) }
        }
        let file = try Opened(path, isNew: isNew)
        opened = file
        return file
    }

    /// A connection with its statements.
    private struct Opened {
        let connection: Connection
        let insertion: Statement
        let search: Statement
        let expiry: Statement

        init(_ path: String, isNew: Bool) throws {
            connection = try Connection(path, .readWrite)
            restrictToOwner(path)
            sqlite3_busy_timeout(connection.handle, 2_000)
            try connection.harden()
            let owner = try connection.integer("PRAGMA application_id")
            guard try isNew || owner == ContentFile.applicationID || owner == 0 && Opened.hasNothingElse(connection)
            else {
                throw LedgerError(
                    .corrupt, "this is no file of kept answers; name another in content.path, or move it away")
            }
            try connection.execute(
                """
                PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA application_id=\(ContentFile.applicationID);
                CREATE TABLE IF NOT EXISTS answer(request BLOB PRIMARY KEY CHECK(length(request)=16),
                  at INTEGER NOT NULL, status INTEGER NOT NULL, content_type TEXT NOT NULL, is_stream INTEGER NOT NULL,
                  fields TEXT NOT NULL, body BLOB NOT NULL) STRICT, WITHOUT ROWID;
                CREATE INDEX IF NOT EXISTS answer_at ON answer(at);
                """)
            insertion = try connection.prepare(
                """
                INSERT OR REPLACE INTO answer(request, at, status, content_type, is_stream, fields, body)
                VALUES(?,?,?,?,?,?,?)
                """)
            search = try connection.prepare(
                "SELECT at, status, content_type, is_stream, fields, body FROM answer WHERE request=? AND at>=?")
            expiry = try connection.prepare(
                "DELETE FROM answer WHERE request IN (SELECT request FROM answer WHERE at<? ORDER BY at LIMIT ?)")
        }

        /// A database that was made, and lost its name with the power: without a table, or with ours alone.
        private static func hasNothingElse(_ connection: Connection) throws -> Bool {
            try connection.integer("SELECT count(*) FROM sqlite_schema WHERE tbl_name<>'answer'") == 0
        }
    }
}
