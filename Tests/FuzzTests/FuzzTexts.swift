import CivilTime
import Inference

/// What is read from a short text is written to a text that reads the same.
func fuzzTexts(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    if let id = RequestID(text) { precondition(RequestID(id.description) == id, "an id changed") }
    if let nano = Money.nano(decimal: text) {
        precondition(Money.nano(decimal: Money.decimal(nano: nano)) == nano, "an amount changed")
    }
    if let moment = Timestamp.parse(text) {
        precondition(Timestamp.parse(Timestamp.format(moment, fraction: true)) == moment, "a moment changed")
    }
    if let date = CivilDate(text) { precondition(CivilDate(date.description) == date, "a date changed") }
    if let moment = HTTPDate.parse(text) {
        precondition(HTTPDate.parse(HTTPDate.format(moment)) == moment, "an HTTP date changed")
    }
    _ = CivilDate(month: text)
    _ = Currency(text)
}
