import JSON

/// What `llmgw doctor` has found out about one thing.
struct Diagnosis: Sendable {
    enum Verdict: String, Sendable, Comparable {
        case fine, warning, fault

        static func < (left: Verdict, right: Verdict) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .fine: 0
            case .warning: 1
            case .fault: 2
            }
        }
    }

    /// What was looked at, such as `clock` or `provider openai`.
    let subject: String
    let verdict: Verdict
    let text: String
    /// What to do; nil where nothing is wrong.
    let remedy: String?

    static func fine(_ subject: String, _ text: String) -> Diagnosis {
        Diagnosis(subject: subject, verdict: .fine, text: text, remedy: nil)
    }

    static func warning(_ subject: String, _ text: String, _ remedy: String) -> Diagnosis {
        Diagnosis(subject: subject, verdict: .warning, text: text, remedy: remedy)
    }

    static func fault(_ subject: String, _ text: String, _ remedy: String) -> Diagnosis {
        Diagnosis(subject: subject, verdict: .fault, text: text, remedy: remedy)
    }

    func write(to body: inout JSONWriter) {
        body.beginObject()
        body.member("subject", subject)
        body.member("verdict", verdict.rawValue)
        body.member("finding", text)
        body.member("remedy", remedy)
        body.endObject()
    }
}
