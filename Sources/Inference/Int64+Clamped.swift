extension Int64 {
    /// The difference, or the nearest bound.
    public func subtractingClamped(_ other: Int64) -> Int64 {
        let (difference, overflowed) = subtractingReportingOverflow(other)
        return overflowed ? (self < 0 ? .min : .max) : difference
    }

    /// The product, or the nearest bound.
    public func multipliedClamped(by other: Int64) -> Int64 {
        let (product, overflowed) = multipliedReportingOverflow(by: other)
        return overflowed ? ((self < 0) == (other < 0) ? .max : .min) : product
    }
}
