import Inference
import JSON

extension UpstreamFailure {
    /// Reads an answer that is no success.
    ///
    /// - Parameters:
    ///   - header: the value of a field, by its name in lower case.
    ///   - now: seconds since 1970, UTC; for a `Retry-After` that is a date.
    package init(status: Int, header: (String) -> String? = { _ in nil }, body: [UInt8], now: Int64) {
        let error = UpstreamErrorBody(body)
        self.init(error, status: status)
        if (200..<300).contains(status) { kind = .malformedAnswer }
        retryAfterMilliseconds = RetryAfter.milliseconds(header: header, now: now) ?? error.retryDelay
        if let skim = AnswerSkim(body, 0..<body.count) {
            var reader = AnswerReader()
            reader.read(skim, in: body)
            usage = reader.reading.billedUsage
        }
    }

    /// Reads an error by all that it says of itself: its status, its code and type, its words.
    ///
    /// - Parameter status: of the answer that it came with; that of a success says nothing of the error.
    init(_ error: UpstreamErrorBody, status: Int?) {
        let spoken = status.flatMap { $0 >= 300 ? $0 : nil } ?? error.status
        let meaning = UpstreamFailure.meaning(of: error, status: spoken)
        self.init(meaning.kind, status: status, message: error.message)
        meantStatus = spoken ?? meaning.status
        type = error.type
        code = error.code
        param = error.param
        retryAfterMilliseconds = error.retryDelay
    }

    private static func meaning(of error: UpstreamErrorBody, status: Int?) -> FailureWords.Meaning {
        let said = error.words.compactMap(FailureWords.meaning)
        let message = error.message.lowercased()
        func says(_ kind: Kind) -> Bool { said.contains { $0.kind == kind } }
        func speaks(_ phrases: [String], _ statuses: Set<Int>) -> Bool {
            status.map(statuses.contains) ?? true && phrases.contains(where: message.contains)
        }
        func meaning(_ kind: Kind, _ assumed: Int? = nil) -> FailureWords.Meaning {
            said.first { $0.kind == kind } ?? FailureWords.Meaning(kind, assumed)
        }
        if says(.authentication) { return meaning(.authentication) }
        if status ?? 429 == 429, let code = error.code, FailureWords.passing.contains(code.lowercased()) {
            return meaning(.rateLimited)
        }
        if status == 402 || says(.quota) { return meaning(.quota) }
        if status == 401 || status == 407 || speaks(FailureWords.credential, [400, 403]) {
            return meaning(.authentication, 401)
        }
        if says(.contentFilter) || error.isFlagged || speaks(FailureWords.flagged, [400, 403, 422, 451]) {
            return meaning(.contentFilter)
        }
        if says(.notPermitted) || speaks(FailureWords.place, [400, 403, 451]) { return meaning(.notPermitted, 403) }
        if says(.unknownModel) || message.contains("model") && status == 403 && speaks(FailureWords.access, [403]) {
            return meaning(.unknownModel, 404)
        }
        if status == 403 { return meaning(.authentication) }
        if status == 429 || says(.rateLimited) { return meaning(.rateLimited) }
        if !error.words.contains("string_above_max_length"),
            says(.contextLength) || speaks(FailureWords.context, [400, 413, 422])
        {
            return meaning(.contextLength, 400)
        }
        if let status { return meaning(kind(of: status, error, message)) }
        return said.first ?? FailureWords.unsaid.first { message.contains($0.phrase) }?.meaning
            ?? FailureWords.Meaning(.unavailable, nil)
    }

    /// What a status means where words say nothing else.
    private static func kind(of status: Int, _ error: UpstreamErrorBody, _ message: String) -> Kind {
        switch status {
        case 404 where !error.isJSON: .unavailable
        case 404 where message.contains("model"): .unknownModel
        case 408, 409, 424, 425, 498, 500...: .unavailable
        case 400...: .invalidRequest
        default: .malformedAnswer
        }
    }
}
