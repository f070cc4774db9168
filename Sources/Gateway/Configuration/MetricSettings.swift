/// A declared metric: what feedback may say.
package struct MetricSettings: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable { case boolean, number, category, comment, demonstration }
    package enum Level: String, Sendable, CaseIterable { case request, session }
    package enum Goal: String, Sendable, CaseIterable { case increase, decrease }

    package var name: String
    package var kind: Kind
    /// Default: `request`.
    package var level: Level = .request
    /// Which direction is better; booleans and numbers only.
    package var goal: Goal?
    /// Bounds of a number, inclusive.
    package var minimum: Double?
    package var maximum: Double?
    /// What a category may be, in the order of the file.
    package var values: [String] = []
    /// How long after the request feedback still counts. Nil: as long as it is accepted.
    package var window: Duration?
}
