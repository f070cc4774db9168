enum LimitsKey: String, ConfigurationKey {
    case maxHead = "max_head"
    case maxHeaders = "max_headers"
    case maxBody = "max_body"
    case maxConnections = "max_connections"
    case headTimeout = "head_timeout"
    case bodyTimeout = "body_timeout"
    case idleTimeout = "idle_timeout"
    case shutdownTimeout = "shutdown_timeout"
    case maxInFlight = "max_in_flight"
    case maxAnswer = "max_answer"

    static let section = "limits"
}

extension LimitSettings {
    mutating func read(_ reader: MappingReader<LimitsKey>) {
        let times: ClosedRange<Duration> = .milliseconds(100) ... .seconds(86_400)
        reader.size(.maxHead, (1 << 10)...(1 << 20), into: &maxHead)
        reader.integer(.maxHeaders, 8...10_000, into: &maxHeaders)
        reader.size(.maxBody, (1 << 10)...(1 << 30), into: &maxBody)
        reader.integer(.maxConnections, 1...1_000_000, into: &maxConnections)
        reader.duration(.headTimeout, times, into: &headTimeout)
        reader.duration(.bodyTimeout, times, into: &bodyTimeout)
        reader.duration(.idleTimeout, times, into: &idleTimeout)
        reader.duration(.shutdownTimeout, .zero ... .seconds(86_400), into: &shutdownTimeout)
        reader.integer(.maxInFlight, 1...1_000_000, into: &maxInFlight)
        reader.size(.maxAnswer, (1 << 10)...(1 << 30), into: &maxAnswer)
    }
}
