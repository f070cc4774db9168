import Inference

/// Names an attempt.
struct AttemptKey: Hashable {
    var request: RequestID
    var attempt: Int
}

/// A hold that is not settled, as the writer keeps it in memory.
struct OpenHold {
    struct Line {
        var period: Int64
        var held: Int64
        var fx: FXRate?
        /// The rate's row.
        var rate: Int64?
        /// Shares of the limit at which an alert is due, in millionths.
        var alerts: [Int]
    }

    var identity: Int64
    var admittedAt: Int64
    var inputMax: Int64
    var outputMax: Int64
    var bound: Money?
    /// A later attempt of the request was admitted meanwhile.
    var isSuperseded = false
    /// The last extension that was made.
    var seq = 0
    /// An extension was refused: there is no further one.
    var isFinal = false
    var lines: [Line] = []
}
