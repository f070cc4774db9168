import Inference

/// Names that sort by the time of their making and that nobody guesses.
enum SortableID {
    /// 26 characters of Crockford's base 32, as ``RequestID`` has them.
    static func text(milliseconds: Int64, random: (UInt64, UInt64)) -> String {
        String(RequestID(milliseconds: milliseconds, random: random).description.dropFirst(4))
    }
}
