/// A simulated model: what it does, and how fast.
struct SimulatedModel: Sendable, Hashable {
    /// The raw value is the model's name without its options.
    enum Behaviour: String, Sendable, CaseIterable {
        case small = "sim-small"
        case large = "sim-large"
        case tools = "sim-tools"
        case embedding = "sim-embedding"
        case rateLimited = "sim-429"
        case serverError = "sim-500"
        case hang = "sim-hang"
        case hangStream = "sim-hang-stream"
        case resetStream = "sim-reset-stream"
        case truncated = "sim-truncated"
        case malformed = "sim-malformed"
        case noUsage = "sim-no-usage"
        case huge = "sim-huge"
        case errorInSuccess = "sim-error-200"
        case garbage = "sim-garbage"
        case quota = "sim-quota"
        case contextLength = "sim-context"
        case authentication = "sim-auth"
    }

    /// As it was asked for, options included.
    let name: String
    let behaviour: Behaviour
    let pace: SimulatedPace

    /// Reads a name such as `sim-small:delay=60,chunks=50`; nil when there is no such model or option.
    init?(_ name: String, defaults: SimulatedPace) {
        let colon = name.firstIndex(of: ":") ?? name.endIndex
        guard let behaviour = Behaviour(rawValue: String(name[..<colon])) else { return nil }
        var pace = defaults
        if behaviour == .huge { pace.bytes = 33 << 20 }
        if colon < name.endIndex {
            for option in name[name.index(after: colon)...].split(separator: ",", omittingEmptySubsequences: false) {
                guard pace.set(option) else { return nil }
            }
        }
        self.name = name
        self.behaviour = behaviour
        self.pace = pace
    }
}
