import CivilTime

/// How much a line matters.
package enum LogLevel: String, Sendable, CaseIterable, Comparable {
    case debug, info, warning, error

    package static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }

    /// `INFO`, as text lines have it.
    var label: StaticString {
        switch self {
        case .debug: "DEBUG"
        case .info: "INFO"
        case .warning: "WARNING"
        case .error: "ERROR"
        }
    }
}

/// The value of a field. There is no way to make one of a ``Secret``.
package enum LogValue: Sendable, Equatable {
    /// Cut after 4,096 bytes; every control character is escaped.
    case string(String)
    case integer(Int64)
    case boolean(Bool)
}

extension LogValue {
    package static func integer(_ value: Int) -> LogValue { .integer(Int64(value)) }
}

extension LogValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
}

package enum LogFormat: String, Sendable, CaseIterable {
    case text, json
}

/// One event: a constant message, so that lines can be counted and searched, and what differs in fields.
///
///     2026-11-21T05:14:00.123Z INFO listening address=127.0.0.1:8080
///     {"time":"2026-11-21T05:14:00.123Z","level":"info","message":"listening","address":"127.0.0.1:8080"}
package struct LogLine: Sendable {
    /// Milliseconds since 1970, UTC.
    package var time: Int64
    package var level: LogLevel
    package var message: StaticString
    /// In the order of writing. `time`, `level` and `message` are taken.
    package var fields: [(name: StaticString, value: LogValue)]

    package init(
        time: Int64 = Clock.utcMilliseconds(), level: LogLevel, message: StaticString,
        fields: KeyValuePairs<StaticString, LogValue> = [:]
    ) {
        self.time = time
        self.level = level
        self.message = message
        self.fields = fields.map { ($0.key, $0.value) }
    }

    /// The line with its end.
    package func bytes(as format: LogFormat) -> [UInt8] {
        var writer = LogWriter()
        switch format {
        case .text: writer.text(self)
        case .json: writer.json(self)
        }
        return writer.bytes
    }
}
