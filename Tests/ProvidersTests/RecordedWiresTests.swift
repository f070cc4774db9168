import Glibc
import Inference
import JSON
import Providers
import Testing

/// An exchange with a vendor, as it was recorded.
struct RecordedWire: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let endpoint: OpenAIRequest.Endpoint
    let request: JSONValue
    let answer: [UInt8]
    let isStream: Bool

    /// Successes of OpenAI's APIs; none where the recordings are not at hand.
    static let all: [RecordedWire] = [
        (OpenAIRequest.Endpoint.chatCompletions, "chat"), (.responses, "responses"), (.embeddings, "embeddings"),
    ].flatMap { endpoint, name in
        lines(of: "\(folder)/\(name).jsonl").enumerated().compactMap { number, line in
            guard let wire = try? JSONValue(parsing: line), wire["status"]?.integerValue == 200,
                let answer = wire["answer"]?.stringValue
            else { return nil }
            return RecordedWire(
                testDescription: "\(name).jsonl:\(number + 1) \(wire["host"]?.stringValue ?? "")", endpoint: endpoint,
                request: wire["request"] ?? .null, answer: Array(answer.utf8),
                isStream: wire["type"]?.stringValue?.hasPrefix("text/event-stream") == true)
        }
    }

    private static let folder =
        #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/../shared/vectors/wires"

    private static func lines(of path: String) -> [[UInt8]] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 20)
        while case let count = fread(&part, 1, part.count, file), count > 0 { bytes += part.prefix(count) }
        return bytes.split(separator: UInt8(ascii: "\n")).map(Array.init)
    }

    /// Of all choices, where the request names one.
    var outputLimit: Int64? {
        let names = ["max_completion_tokens", "max_tokens", "max_output_tokens"]
        return names.lazy.compactMap { request[$0]?.integerValue }.first.map { $0 * (request["n"]?.integerValue ?? 1) }
    }

    /// What the gateway reads of the answer.
    func reading() throws -> AnswerReading {
        guard isStream else {
            return try OpenAIAdapter().decode(endpoint, status: 200, body: answer, now: 0)
        }
        var output: [UInt8] = []
        if endpoint == .responses {
            var relay = ResponsesStreamRelay()
            try relay.feed(answer, into: &output)
            return relay.reading
        }
        var relay = OpenAIStreamRelay(hidesUsage: true)
        try relay.feed(answer, into: &output)
        return relay.reading
    }
}

/// Honest answers of vendors: none of their figures is doubted.
@Suite struct RecordedWiresTests {
    /// Gemini counts its thoughts in the total alone; they are billed, and flagged.
    private static let known = ["generativelanguage.googleapis.com": ["total"]]

    @Test(arguments: RecordedWire.all)
    private func honestFiguresAreTaken(_ wire: RecordedWire) throws {
        guard let reading = try? wire.reading(), let usage = reading.usage else { return }
        let check = UsageCheck(wire.endpoint, outputLimit: wire.outputLimit)
        let (verdict, names) = check.verdict(on: usage, of: reading)
        let host = wire.testDescription.split(separator: " ").last.map(String.init) ?? ""
        #expect(names == Self.known[host] ?? [], "\(usage)")
        #expect(verdict == (names.isEmpty ? .taken : .counted))
        #expect(usage.totalInput > 0)
    }

    @Test(arguments: RecordedWire.all)
    private func usageIsFoundWhereverItStands(_ wire: RecordedWire) throws {
        let text = String(decoding: wire.answer, as: UTF8.self)
        guard text.contains(#""total_tokens""#), let reading = try? wire.reading() else { return }
        #expect(reading.usage != nil)
    }
}
