/// Which calls a budget counts, and the account that each of them is charged to.
///
///     scope         application   pattern          accounts
///     team          –             support          team support
///     prompt        –             billing/*        prompt billing/dunning, prompt billing/reminder, …
///     user          bot           –                user bot/5f0c…, user bot/9a41…, …
///     model         bot           chat-large       model bot/chat-large
public struct BudgetSubject: Sendable, Hashable {
    public var scope: Account.Scope
    /// The application whose calls alone count; nil: those of all applications together.
    public var application: String?
    /// The name of the one that has the budget, or a pattern of which each match has its own; nil: each has its own.
    public var pattern: NamePattern?

    public init(_ scope: Account.Scope, _ pattern: NamePattern?, of application: String? = nil) {
        self.scope = scope
        self.pattern = pattern
        self.application = application
    }

    /// Returns the account of `name`, such as a model's; nil when the budget does not count it.
    public func account(of name: String) -> Account? {
        guard pattern?.matches(name) ?? true else { return nil }
        return Account(scope, application.map { "\($0)/\(name)" } ?? name)
    }

    /// The one account that all calls of the budget are charged to; nil when there can be many.
    public var account: Account? {
        pattern.flatMap { $0.isName ? account(of: $0.description) : nil }
    }

    /// Whether calls of the budget may be charged to `account`.
    public func covers(_ account: Account) -> Bool {
        guard account.scope == scope else { return false }
        guard let application else { return pattern?.matches(account.name) ?? true }
        let prefix = application + "/"
        return account.name.hasPrefix(prefix) && pattern?.matches(String(account.name.dropFirst(prefix.count))) ?? true
    }

    /// Whether the budget counts calls of `application` alone, so that its amounts tell nothing of others.
    public func isOwn(by application: String) -> Bool {
        scope == .application ? pattern?.description == application : self.application == application
    }
}
