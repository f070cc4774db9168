import CivilTime
import Glibc
import Synchronization

/// Writes lines to a descriptor, from any thread, and never waits for a reader.
///
/// When nobody reads, lines are kept up to 64 KiB; those beyond are dropped and counted, and a line says how many
/// once there is room again. SIGPIPE must be ignored by the program.
package final class Log: Sendable {
    package let level: LogLevel
    package let format: LogFormat
    private let descriptor: CInt
    private let state = Mutex(State())

    private struct State {
        /// Not written yet.
        var pending: [UInt8] = []
        /// Since the last line that told of it.
        var dropped = 0
        var droppedInAll = 0
    }

    /// POSIX: a pipe that polls as writable takes so much without waiting.
    private static let piece = 4_096
    private static let capacity = 64 * 1024

    package init(level: LogLevel = .info, format: LogFormat = .text, descriptor: CInt = 2) {
        self.level = level
        self.format = format
        self.descriptor = descriptor
    }

    package func debug(_ message: StaticString, _ fields: KeyValuePairs<StaticString, LogValue> = [:]) {
        write(.debug, message, fields)
    }

    package func info(_ message: StaticString, _ fields: KeyValuePairs<StaticString, LogValue> = [:]) {
        write(.info, message, fields)
    }

    package func warning(_ message: StaticString, _ fields: KeyValuePairs<StaticString, LogValue> = [:]) {
        write(.warning, message, fields)
    }

    package func error(_ message: StaticString, _ fields: KeyValuePairs<StaticString, LogValue> = [:]) {
        write(.error, message, fields)
    }

    /// Writes a line if its level is at least that of the log.
    package func write(
        _ level: LogLevel, _ message: StaticString, _ fields: KeyValuePairs<StaticString, LogValue> = [:]
    ) {
        guard level >= self.level else { return }
        write(LogLine(level: level, message: message, fields: fields))
    }

    package func write(_ line: LogLine) {
        let bytes = line.bytes(as: format)
        state.withLock { state in
            drain(&state)
            tellOfDrops(&state)
            if !keep(bytes, &state) {
                state.dropped += 1
                state.droppedInAll += 1
            }
            drain(&state)
        }
    }

    /// Lines that were lost since the start because nobody read them.
    package var droppedLines: Int { state.withLock { $0.droppedInAll } }

    /// Waits for the reader to take what is pending, at most so long: for the end of the program.
    package func flush(milliseconds: Int = 1_000) {
        let end = Clock.monotonicNanoseconds() + Int64(milliseconds) * 1_000_000
        while true {
            let isEmpty = state.withLock { state in
                drain(&state)
                tellOfDrops(&state)
                drain(&state)
                return state.pending.isEmpty
            }
            let left = end - Clock.monotonicNanoseconds()
            if isEmpty || left <= 0 { return }
            _ = isWritable(within: CInt(min(left / 1_000_000 + 1, 1_000)))
        }
    }

    private func keep(_ bytes: [UInt8], _ state: inout State) -> Bool {
        guard state.pending.count + bytes.count <= Self.capacity else { return false }
        state.pending += bytes
        return true
    }

    private func tellOfDrops(_ state: inout State) {
        guard state.dropped > 0 else { return }
        let line = LogLine(
            level: .warning, message: "log lines dropped", fields: ["count": .integer(Int64(state.dropped))])
        if keep(line.bytes(as: format), &state) { state.dropped = 0 }
    }

    private func drain(_ state: inout State) {
        var done = 0
        while done < state.pending.count, isWritable(within: 0) {
            let count = state.pending[done...].prefix(Self.piece).withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count > 0 {
                done += count
            } else if errno != EINTR {
                break
            }
        }
        if done > 0 { state.pending.removeFirst(done) }
    }

    private func isWritable(within milliseconds: CInt) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&entry, 1, milliseconds) == 1 && entry.revents & Int16(POLLOUT) != 0
    }
}
