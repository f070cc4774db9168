/// A test of variants against each other, as its file declares it.
package struct ExperimentSettings: Sendable, Hashable {
    /// What stays with one variant.
    package enum Unit: String, Sendable, CaseIterable {
        case user, session
        /// Each request by itself: nothing is sticky.
        case request
    }

    package enum Status: String, Sendable, CaseIterable { case draft, running, paused, stopped }

    package struct Variant: Sendable, Hashable {
        package var name: String
        /// Relative to the other weights; not negative.
        package var weight: Double
        /// A prompt selector that replaces the one asked for.
        package var prompt: String?
        /// A model that replaces the one asked for.
        package var model: String?
    }

    package var id: String
    package var hypothesis: String?
    package var owner: String?
    /// The name of the prompt whose calls take part.
    package var prompt: String?
    /// The name of the model whose calls take part.
    package var model: String?
    /// Default: `user`.
    package var unit: Unit = .user
    /// Default: the id. Another salt draws the units anew.
    package var salt: String
    /// From 1. Results of two phases are never pooled. Default: 1.
    package var phase: Int = 1
    /// The share of units that takes part, above 0 and at most 1. Default: 1.
    package var coverage: Double = 1
    /// Milliseconds since 1970, UTC; nil: from the moment it runs.
    package var start: Int64?
    /// Milliseconds since 1970, UTC, exclusive; nil: without an end.
    package var end: Int64?
    /// Only `running` assigns anybody. Default: `draft`.
    package var status: Status = .draft
    /// Two or more.
    package var variants: [Variant]
}
