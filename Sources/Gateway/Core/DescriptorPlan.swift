/// How the descriptors of the process are shared out, so that a crowd of clients never takes those that others need.
///
///     clients │ turned away │ providers │ reserve: admin port, control socket, ledger, reports, event loops, git
///
/// Every part is a bound that somebody keeps: `ConnectionRoom` those of clients, libcurl those of providers.
package struct DescriptorPlan: Sendable, Equatable {
    /// The fewest that a gateway can work with.
    package static let fewest = 96

    /// What the process may have open.
    package let limit: Int
    /// What all that the configuration asks for would need.
    package let wanted: Int
    /// Connections of clients, all loops together: `limits.max_connections`, or fewer.
    package let clients: Int
    /// Connections above that, open as long as it takes to say 503.
    package let turnedAway: Int
    /// Connections to providers, kept ones among them.
    package let providers: Int
    /// Connections of the admin port.
    package let admin: Int
    package let reserve: Int

    /// - Parameters:
    ///   - loops: event loops, each with a few descriptors of its own.
    ///   - limit: what the process may have open; at least ``fewest``.
    package init(_ limits: LimitSettings, loops: Int, limit: Int) {
        let reserve = DescriptorPlan.fullReserve(loops: loops)
        self.limit = limit
        wanted = DescriptorPlan.wanted(limits, loops: loops)
        self.reserve = min(reserve, limit / 2)
        admin = self.reserve < reserve ? max(4, self.reserve / 8) : DescriptorPlan.fullAdmin
        let free = limit - self.reserve
        turnedAway = free / 16
        let shared = free - turnedAway
        // A call has a connection of its client and one to a provider.
        let calls = DescriptorPlan.providersWanted(limits)
        clients = max(1, min(limits.maxConnections, max(shared / 2, shared - calls)))
        providers = max(1, shared - clients)
    }

    /// What the process should be allowed for `limits`.
    package static func wanted(_ limits: LimitSettings, loops: Int) -> Int {
        let connections = limits.maxConnections + providersWanted(limits)
        return connections + connections / 15 + 1 + fullReserve(loops: loops)
    }

    /// Twice what is under way, since loops do not share and are not equally busy, and some for streams whose client left.
    private static func providersWanted(_ limits: LimitSettings) -> Int { 2 * limits.maxInFlight + 256 }

    private static let fullAdmin = 32

    /// A report of the admin port has the ledger open with three descriptors beside its connection.
    private static func fullReserve(loops: Int) -> Int { 64 + 4 * fullAdmin + 8 * loops }

    /// The numbers in one line, for people.
    package var summary: String {
        "\(limit) descriptors: \(clients) for clients, \(providers) for providers, \(reserve) for the rest"
    }

    /// What does not fit, and what would help; nil when all does.
    func shortage(of limits: LimitSettings) -> String? {
        guard clients < limits.maxConnections else { return nil }
        return
            "\(limits.maxConnections) do not fit into the \(limit) descriptors that this process"
            + " may have; \(clients) are kept, and above that the longest idle makes room. Allow \(wanted) (LimitNOFILE"
            + " of systemd, --ulimit of Docker, ulimit -Hn), or lower max_connections"
    }
}

extension Configuration {
    /// What of the limits does not fit into the descriptors that the process may have: a warning where somebody asked for
    /// it, a note of the default.
    package func findings(of plan: DescriptorPlan) -> [Diagnostic] {
        let path = "limits.max_connections"
        return plan.shortage(of: limits).map { [finding(places[path] == nil ? .note : .warning, path, $0)] } ?? []
    }
}
