public import Inference

/// A budget line that an attempt needs, and what the call may become when the line has no room.
public struct BudgetDemand: Sendable, Hashable {
    public var line: BudgetLine
    /// Names only what this call can still become: a model only when the call may be given to it.
    public var nearLimit: NearLimit
    /// Whether other applications spend from it too: clients are then not told how much of it is left.
    public var isShared: Bool

    public init(_ line: BudgetLine, nearLimit: NearLimit = NearLimit(), isShared: Bool = false) {
        self.line = line
        self.nearLimit = nearLimit
        self.isShared = isShared
    }
}
