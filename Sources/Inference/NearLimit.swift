/// What may become of a call for which a budget has too little room, in place of a refusal.
public struct NearLimit: Sendable, Hashable {
    /// The fewest output tokens that are of use: an answer may be shortened down to them. Nil: it never is.
    public var clip: Int64?
    /// Whether answers that are useless unless whole may be shortened too: structured output and tool calls.
    public var clipsStructured = false
    public var degrade: Degradation?

    /// From a share of the limit on, another model serves.
    public struct Degradation: Sendable, Hashable {
        /// The share of the limit, in millionths, 1…1,000,000.
        public var at: Int
        /// The name of the model, as applications use it.
        public var model: String

        public init(at: Int, to model: String) {
            self.at = at
            self.model = model
        }

        /// Returns how much of `limit` calls may fill that still have the other model, rounded down.
        public func ceiling(of limit: Int64) -> Int64 {
            Int64(clamping: Int128(limit) * Int128(at) / 1_000_000)
        }
    }

    public init(clip: Int64? = nil, clipsStructured: Bool = false, degrade: Degradation? = nil) {
        self.clip = clip
        self.clipsStructured = clipsStructured
        self.degrade = degrade
    }
}
