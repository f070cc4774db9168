/// One event of a `text/event-stream`, as places in the buffer of the parser that found it.
///
/// A block without a `data` field, such as a comment, is an event too: whoever passes bytes on must not lose it.
/// So is the LF of a CRLF that arrives after its CR has ended an event.
package struct ServerSentEvent: Sendable, Equatable {
    /// The event's `data` fields.
    package enum Content: Sendable, Equatable {
        /// There was no `data` field.
        case absent
        /// One `data` field: its value in ``ServerSentEventParser/buffer``, possibly empty.
        case place(Range<Int>)
        /// Several `data` fields, joined with LF.
        case joined([UInt8])
    }

    /// The event exactly as received, its blank line included.
    ///
    /// The ranges of a stream's events follow each other without a gap.
    package var range: Range<Int>
    /// The value of the last `event` field.
    package var name: Range<Int>?
    package var data: Content
    /// Whether a line of it is a comment.
    package var hasComment = false
}

/// An event that is longer than a parser allows.
package struct ServerSentEventTooLong: Error, Sendable, Equatable, CustomStringConvertible {
    /// In bytes.
    package var limit: Int

    package var description: String { "an event of the stream is longer than \(limit) bytes" }
}
