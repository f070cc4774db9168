import CivilTime
import Crypto
import Inference
package import JSON
import Ledger

extension RequestPage {
    package var json: JSONWriter {
        var body = JSONWriter(capacity: 1_024)
        body.beginObject()
        body.member("id", request.id.description)
        body.member("ended", request.end != nil)
        if let end = request.end {
            end.write(to: &body)
        } else {
            request.attempts.first?.identity.write(to: &body)
        }
        body.name("attempts")
        body.beginArray()
        for attempt in request.attempts { attempt.write(to: &body) }
        body.endArray()
        body.endObject()
        return body
    }
}

extension AttemptDetail {
    /// A correction's own where the attempt had no price; else the attempt's. Nil where a row names neither.
    func currency(of adjustment: Adjustment) -> Currency? {
        adjustment.currency ?? (settlement?.cost ?? quote.bound)?.currency
    }

    /// Whether the vendor names another model than the one that was asked for.
    var isServedByAnother: Bool { servedModel.map { !ServedModel.isSame($0, as: upstreamModel) } ?? false }

    /// What finance should look at.
    private var flags: [String] {
        (settlement?.unpricedClasses ?? []) + (isServedByAnother ? ["served:\(servedModel ?? "")"] : [])
    }

    fileprivate func write(to body: inout JSONWriter) {
        body.beginObject()
        body.member("attempt", attempt)
        body.member("provider", provider)
        body.member("upstream_model", upstreamModel)
        body.member("served_model", servedModel)
        body.member("state", state.rawValue)
        body.member("basis", settlement?.basis.rawValue)
        body.member("admitted", Timestamp.format(admittedAt, fraction: true))
        body.name("status")
        body.optional(upstreamStatus.map { Int64($0) })
        body.member("upstream_request_id", upstreamRequestID)
        body.member("error", errorCode)
        body.member("request_sha256", sentDigest?.hex)
        body.name("duration_ms")
        body.optional(durationMs)
        body.name("first_byte_ms")
        body.optional(firstByteMs)
        body.member("input_tokens_max", quote.inputTokensMax)
        body.member("output_tokens_max", quote.outputTokensMax)
        body.member("bound", quote.bound?.decimal)
        body.member("currency", (settlement?.cost ?? quote.bound)?.currency.code)
        body.member("cost", settlement?.cost?.decimal)
        body.member("free", isFree)
        body.member("tier", settlement?.tier)
        writeUsage(to: &body)
        writePieces(to: &body)
        body.member("flags", .array(flags.map { .string($0) }))
        writeLines(to: &body)
        body.endObject()
    }

    private func writeUsage(to body: inout JSONWriter) {
        body.name("usage")
        body.beginObject()
        for (name, tokens) in settlement?.usage.classes ?? [] {
            body.name(name)
            body.integer(tokens)
        }
        body.endObject()
    }

    /// What was billed by the piece, by the names of the price book.
    private func writePieces(to body: inout JSONWriter) {
        body.name("pieces")
        body.beginObject()
        for (name, count) in settlement?.usage.pieces ?? [] {
            body.name(name)
            body.integer(count)
        }
        body.endObject()
        body.member("vendor_cost", settlement?.usage.vendorCostText)
    }

    private func writeLines(to body: inout JSONWriter) {
        body.name("budgets")
        body.beginArray()
        for line in lines {
            body.beginObject()
            body.member("scope", line.account.scope.rawValue)
            body.member("account", line.account.name)
            body.member("window", line.window.rawValue)
            body.member("label", line.label)
            body.member("currency", line.held.currency.code)
            body.member("held", line.held.decimal)
            body.member("posted", line.posted?.decimal)
            body.endObject()
        }
        body.endArray()
        body.name("corrections")
        body.beginArray()
        for adjustment in adjustments {
            body.beginObject()
            body.member("kind", adjustment.kind.rawValue)
            body.member("amount", Money.decimal(nano: adjustment.nano))
            body.member("currency", currency(of: adjustment)?.code)
            body.member("by", adjustment.by)
            body.member("reason", adjustment.reason)
            body.member("at", Timestamp.format(adjustment.at))
            body.endObject()
        }
        body.endArray()
    }
}
