/// One threshold of a gate, and how it was met.
package struct GateCheck: Sendable, Equatable {
    package enum Verdict: String, Sendable {
        case pass, fail
        /// Too much went wrong to say; never a pass.
        case unknown
    }

    /// As the gate file calls it, such as `pass_rate_lower` or `slices lang=de`.
    package var name: String
    package var asked: String
    package var found: String
    package var verdict: Verdict
}
