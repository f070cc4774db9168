/// Which budget refused a call, for programs that read the error.
public struct BudgetReference: Sendable, Hashable {
    public var account: Account
    public var window: BudgetWindow
    /// Such as `2026-11-21`.
    public var label: String
    /// UTC milliseconds: when the next period begins. Nil for a budget that has only one.
    public var resetsAt: Int64?

    public init(_ line: BudgetLine) {
        account = line.account
        window = line.window
        label = line.label
        resetsAt = line.window == .total ? nil : line.endsAt
    }
}
