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
    }

    var identity: Int64
    var admittedAt: Int64
    var inputMax: Int64
    var outputMax: Int64
    var bound: Money?
    /// A later attempt of the request was admitted meanwhile.
    var isSuperseded = false
    var lines: [Line] = []
}
