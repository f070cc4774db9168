enum LimitsKey: String, ConfigurationKey {
    case maxHead = "max_head"
    case maxHeaders = "max_headers"
    case maxBody = "max_body"
    case maxConnections = "max_connections"
    case headTimeout = "head_timeout"
    case bodyTimeout = "body_timeout"
    case idleTimeout = "idle_timeout"
    case shutdownDelay = "shutdown_delay"
    case shutdownTimeout = "shutdown_timeout"
    case maxInFlight = "max_in_flight"
    case maxAnswer = "max_answer"
    case maxBuffered = "max_buffered"
    case holdBeginning = "hold_beginning"

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
        reader.duration(.shutdownDelay, .zero ... .seconds(3_600), into: &shutdownDelay)
        reader.duration(.shutdownTimeout, .zero ... .seconds(86_400), into: &shutdownTimeout)
        reader.integer(.maxInFlight, 1...1_000_000, into: &maxInFlight)
        reader.size(.maxAnswer, (1 << 10)...(1 << 30), into: &maxAnswer)
        reader.size(.maxBuffered, (1 << 10)...(1 << 40), into: &maxBuffered)
        reader.duration(.holdBeginning, .zero ... .seconds(60), into: &holdBeginning)
        checkBuffers(reader)
    }

    /// One request or answer of the largest size must find room, or it could never be served.
    private func checkBuffers(_ reader: MappingReader<LimitsKey>) {
        let largest = max(maxBody, maxAnswer)
        guard maxBuffered < largest else { return }
        let key = maxBody > maxAnswer ? LimitsKey.maxBody : .maxAnswer
        reader.context.findings.add(
            .error, reader.place(.maxBuffered),
            "\(reader.path(.maxBuffered)): is below \(key.rawValue) (\(Quantities.text(size: largest))); one such call would"
                + " never be served")
    }
}
