import CSQLite
import Inference

/// A compiled statement: bind from 1, step, read columns from 0, reset.
///
/// A failed bind is reported by the next ``step()``, so that a list of binds reads as a list.
final class Statement {
    private let handle: OpaquePointer
    private let connection: Connection
    private var failure: Int32 = SQLITE_OK

    init(_ handle: OpaquePointer, _ connection: Connection) {
        self.handle = handle
        self.connection = connection
    }

    deinit { if connection.isOpen { sqlite3_finalize(handle) } }

    /// Returns whether there is a row.
    func step() throws(SQLiteError) -> Bool {
        guard failure == SQLITE_OK else {
            defer { reset() }
            throw connection.error(failure)
        }
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        if code == SQLITE_DONE { return false }
        let error = connection.error(code)
        reset()
        throw error
    }

    /// Runs a statement that returns no rows, and makes it ready for the next use.
    func run() throws(SQLiteError) {
        _ = try step()
        sqlite3_reset(handle)
    }

    func reset() {
        sqlite3_reset(handle)
        failure = SQLITE_OK
    }

    private func note(_ code: Int32) {
        if code != SQLITE_OK { failure = code }
    }
}

extension Statement {
    func bind(_ index: Int32, _ value: Int64) { note(sqlite3_bind_int64(handle, index, value)) }

    func bind(_ index: Int32, _ value: Bool) { note(sqlite3_bind_int64(handle, index, value ? 1 : 0)) }

    func bind(_ index: Int32, _ value: Int64?) {
        guard let value else { return bindNull(index) }
        bind(index, value)
    }

    func bind(_ index: Int32, _ value: Int?) {
        guard let value else { return bindNull(index) }
        bind(index, Int64(value))
    }

    func bind(_ index: Int32, _ value: Double?) {
        guard let value else { return bindNull(index) }
        note(sqlite3_bind_double(handle, index, value))
    }

    func bind(_ index: Int32, _ value: String?) {
        guard var value else { return bindNull(index) }
        let code = value.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { chars in
                csqlite_bind_text(handle, index, chars.baseAddress, Int32(clamping: chars.count))
            }
        }
        note(code)
    }

    /// A text that lives for ever, such as a state's name: SQLite need not copy it.
    func bind(constant value: StaticString, _ index: Int32) {
        value.withUTF8Buffer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { chars in
                note(sqlite3_bind_text(handle, index, chars.baseAddress, Int32(clamping: chars.count), nil))
            }
        }
    }

    func bind(_ index: Int32, _ value: [UInt8]?) {
        guard let value else { return bindNull(index) }
        let code = value.withUnsafeBytes { bytes in
            bytes.isEmpty
                ? sqlite3_bind_zeroblob(handle, index, 0)
                : csqlite_bind_blob(handle, index, bytes.baseAddress, Int32(clamping: bytes.count))
        }
        note(code)
    }

    /// Sixteen bytes, the most significant first, so that rows lie in the order of time.
    func bind(_ index: Int32, _ id: RequestID) {
        withUnsafeBytes(of: (id.high.bigEndian, id.low.bigEndian)) { bytes in
            note(csqlite_bind_blob(handle, index, bytes.baseAddress, 16))
        }
    }

    /// Binds what another statement's row has in a column, whatever its type.
    func bind(_ index: Int32, valueOf column: Int32, of row: Statement) {
        note(sqlite3_bind_value(handle, index, sqlite3_column_value(row.handle, column)))
    }

    func bindNull(_ index: Int32) { note(sqlite3_bind_null(handle, index)) }
}

extension Statement {
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

    func optionalDouble(_ column: Int32) -> Double? { isNull(column) ? nil : sqlite3_column_double(handle, column) }

    func text(_ column: Int32) -> String { optionalText(column) ?? "" }

    func optionalText(_ column: Int32) -> String? {
        guard let text = sqlite3_column_text(handle, column) else { return nil }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
    }

    func optionalBytes(_ column: Int32) -> [UInt8]? {
        guard !isNull(column) else { return nil }
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    func bytes(_ column: Int32) -> [UInt8] { optionalBytes(column) ?? [] }

    func requestID(_ column: Int32) -> RequestID {
        guard let start = sqlite3_column_blob(handle, column), sqlite3_column_bytes(handle, column) == 16 else {
            return RequestID(high: 0, low: 0)
        }
        let high = UInt64(bigEndian: start.loadUnaligned(as: UInt64.self))
        let low = UInt64(bigEndian: start.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        return RequestID(high: high, low: low)
    }
}
