import CivilTime
import Inference
package import Ledger

/// One request with everything that happened to it: attempts, holds, charges, times.
package struct RequestPage: Sendable {
    let request: RequestDetail

    package init(_ request: RequestDetail) {
        self.request = request
    }

    package var text: String {
        var page = Page()
        page.title("request \(request.id)")
        if let end = request.end {
            write(end, to: &page)
        } else {
            page.line("outcome", "under way, or cut off by a crash: there is no row of its end")
        }
        if let identity = request.end?.identity ?? request.attempts.first?.identity { write(identity, to: &page) }
        for attempt in request.attempts { AttemptPart(attempt).write(to: &page) }
        if request.attempts.isEmpty { page.line("attempts", "none: nothing was sent to a target, nothing was charged") }
        return page.text
    }

    private func write(_ end: RequestEnd, to page: inout Page) {
        let code = end.errorCode.map { " \($0)" } ?? ""
        page.line("outcome", "\(end.outcome.rawValue), status \(end.status)\(code)")
        page.line(
            "endpoint", "\(end.endpoint)\(end.stream ? ", streamed" : "")\(end.fallback ? ", by a fallback" : "")")
        let first = end.firstByteMs.map { ", first byte after \(Figures.duration(milliseconds: $0))" } ?? ""
        page.line(
            "began",
            "\(Timestamp.format(end.startedAt, fraction: true)), took "
                + "\(Figures.duration(milliseconds: end.durationMs))\(first)")
        page.line("session", end.session)
        page.line("tags", end.tags)
        page.line("degraded from", end.degradedFrom)
        page.line(
            "clipped to", end.clippedTo.map { "\(Figures.count($0)) output tokens, what the budgets had room for" })
        page.line("cut by", end.cutBy)
        let whose = end.isLimitImposed.map { $0 ? ", set by the gateway" : ", as the client asked" } ?? ""
        page.line("max tokens", end.maxTokens.map { Figures.count($0) + whose })
    }

    private func write(_ identity: CallIdentity, to page: inout Page) {
        page.line("application", identity.application + (identity.team.map { " (team \($0))" } ?? ""))
        page.line("key", identity.key)
        page.line("model", identity.model)
        page.line(
            "prompt",
            identity.prompt.map { prompt in
                let version = prompt.version.map { "@\($0)" } ?? ""
                let label = prompt.label.map { ", label \($0)" } ?? ""
                let commit = prompt.commit.map { ", commit \($0.prefix(12))" } ?? ""
                return "\(prompt.name)\(version)\(label), digest \(prompt.digest.prefix(12))\(commit)"
            })
        page.line("turned by", identity.prompt?.override)
        page.line(
            "experiment", identity.variant.map { "\($0.experiment), phase \($0.phase), variant \($0.variant)" })
        let commit = identity.commit.map { ", commit \($0.prefix(12))" } ?? ""
        page.line("generation", identity.generation + commit)
    }
}

/// Lines of a name and a text.
struct Page {
    private(set) var text = ""

    mutating func title(_ title: String) {
        text += (text.isEmpty ? "" : "\n") + TextTable.printable(title) + "\n"
    }

    /// Nothing is written for what is not there.
    mutating func line(_ name: String, _ value: String?) {
        guard let value else { return }
        let space = String(repeating: " ", count: max(1, 14 - name.count))
        text += "  \(name)\(space)\(TextTable.printable(value))\n"
    }
}
