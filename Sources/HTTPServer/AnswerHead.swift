import Glibc
import HTTPTypes

/// The status line and fields of an answer, on their way into a buffer.
struct AnswerHead {
    enum Framing: Equatable {
        case length(Int)
        case chunked
        case untilClose
    }

    var status: Int
    var fields: HTTPFields
    /// Further fields, which depend on the request and not on the answer.
    var common: HTTPFields?
    var framing: Framing
    /// What `Connection` says; nothing where the version's default is meant.
    var connection: StaticString?

    /// True for answers that end with their head, whatever the fields say (RFC 9112 §6.3).
    static func isBodiless(status: Int) -> Bool {
        status < 200 || status == 204 || status == 304
    }

    func append(to bytes: inout [UInt8], date: [UInt8]) {
        bytes.append("HTTP/1.1 ")
        bytes.appendDecimal(status)
        bytes.append(" ")
        bytes.append(reasonPhrase(for: status))
        bytes.append("\r\n")
        bytes.append(contentsOf: date)
        bytes.append(contentsOf: fields.bytes)
        if let common { bytes.append(contentsOf: common.bytes) }
        // A browser must not take an answer for a page or a script.
        bytes.append("X-Content-Type-Options: nosniff\r\n")
        if !AnswerHead.isBodiless(status: status) {
            switch framing {
            case .length(let length):
                bytes.append("Content-Length: ")
                bytes.appendDecimal(length)
                bytes.append("\r\n")
            case .chunked: bytes.append("Transfer-Encoding: chunked\r\n")
            case .untilClose: break
            }
        }
        if let connection {
            bytes.append("Connection: ")
            bytes.append(connection)
            bytes.append("\r\n")
        }
        bytes.append("\r\n")
    }
}

/// The `Date` field, written anew once a second.
struct DateField {
    private var second: time_t = -1
    private var line: [UInt8] = []

    mutating func current() -> [UInt8] {
        let now = time(nil)
        if now != second {
            second = now
            line = DateField.line(at: now)
        }
        return line
    }

    /// `Date: Sun, 06 Nov 1994 08:49:37 GMT` and CRLF (RFC 9110 §5.6.7).
    static func line(at second: time_t) -> [UInt8] {
        var second = second
        var parts = tm()
        gmtime_r(&second, &parts)
        let days: [StaticString] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months: [StaticString] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        var line: [UInt8] = []
        line.append("Date: ")
        line.append(days[Int(parts.tm_wday)])
        line.append(", ")
        line.appendTwoDigits(parts.tm_mday)
        line.append(" ")
        line.append(months[Int(parts.tm_mon)])
        line.append(" ")
        line.appendDecimal(Int(parts.tm_year) + 1900)
        line.append(" ")
        line.appendTwoDigits(parts.tm_hour)
        line.append(":")
        line.appendTwoDigits(parts.tm_min)
        line.append(":")
        line.appendTwoDigits(parts.tm_sec)
        line.append(" GMT\r\n")
        return line
    }
}

extension [UInt8] {
    mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { append(contentsOf: $0) }
    }

    /// `number` must not be negative.
    mutating func appendDecimal(_ number: Int) {
        appendNumber(UInt(number.magnitude), base: 10)
    }

    mutating func appendHex(_ number: Int) {
        appendNumber(UInt(number.magnitude), base: 16)
    }

    mutating func appendTwoDigits(_ number: CInt) {
        if number < 10 { append("0") }
        appendDecimal(Int(number))
    }

    private mutating func appendNumber(_ number: UInt, base: UInt) {
        let start = count
        var rest = number
        repeat {
            let digit = UInt8(rest % base)
            append(digit < 10 ? digit + 48 : digit + 87)
            rest /= base
        } while rest > 0
        self[start...].reverse()
    }
}
