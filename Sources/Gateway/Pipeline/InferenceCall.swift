import HTTPServer
import HTTPTypes
import Inference
import Ledger
import PluginKit
import Prompts
import Providers
import Routing

/// One request on its way through the pipeline: what is known of it so far.
///
/// Lives on one loop and belongs to one task. Each step of ``RequestHandler/infer(_:_:_:)`` fills in what the next needs.
final class InferenceCall {
    let id: RequestID
    let exchange: HTTPExchange
    let caller: Caller
    /// Milliseconds since 1970, UTC. A charge belongs to the period of this moment.
    let startedAt: Int64
    /// The day of ``startedAt`` in UTC, `YYYY-MM-DD`: prices hold by it.
    let day: String

    /// What the client sent; once the prompt was rendered, what stands in its place.
    var request: OpenAIRequest {
        didSet { sent = request }
    }
    /// The request in an API that the target of the attempt under way speaks.
    var sent: OpenAIRequest
    var identity: CallIdentity
    var model: Model
    /// The prompt's selector, after the experiment had its say; nil for a call without a prompt.
    var promptSelector: String?
    /// The user as budgets of users know it: 16 hexadecimal digits. Nil without such a budget, or without a user.
    var hashedUser: String?
    /// The model that was asked for, when a budget near its limit gave the call to another.
    var degradedFrom: String?
    /// The variant that a tester asked for: it answers, and no row counts it.
    var forcedVariant: VariantReference?
    /// The rendered prompt, when it checks the answer.
    var enforcedPrompt: ResolvedPrompt?
    /// The sticky unit of the experiment that the call takes part in, hashed.
    var unitHash: [UInt8]?

    /// What the client sent in `Idempotency-Key`.
    var idempotency: IdempotencyKey?
    /// The request that had the same key before, and is done.
    var repeatOf: RequestID?

    /// Attempts that were admitted.
    var attempts = 0
    /// Why the first target that was passed by cannot be called at all.
    var unusable: String?
    /// Targets that were passed by because nobody knows their price.
    var unpricedTargets = 0
    /// What the gateway sends as the limit of the answer, where the client set none or too much.
    var imposedLimit: Int64?
    /// What the gateway sends as the limit of the vendor's tools, where the client set none or too much.
    var imposedToolLimit: Int64?
    /// Why the first target was passed by for which the cost of the vendor's tools has no bound.
    var unboundedTools: GatewayError?
    /// Why the first target was passed by whose vendor would obey what the application must not say.
    var forbidden: GatewayError?
    /// Why the first target was passed by that does not speak the API of the request, and in whose own it cannot be said.
    var untranslatable: GatewayError?
    /// The limit that the budgets of the last attempt left of the one that was asked for.
    var clippedTo: Int64?
    /// The model that a budget without room gives the call to, before it is refused.
    var smallerModel: Model?
    /// Budgets that had no room for the call, or for more of it.
    var exhausted: [BudgetLine] = []
    /// What ended the answer before the model did, such as `budget`.
    var cutBy: String?
    /// The budgets that the last hold stands on.
    var admission = Admission()
    /// How the application's tightest budget stands, for the response headers.
    private(set) var standing: BudgetStanding?
    /// What the attempts that were billed came to.
    private(set) var cost = CallCost()
    /// Why the last attempt gave no answer.
    var lastFailure: UpstreamFailure?
    /// Why the last attempt's end is not durable. Nothing that it said may reach the client, and no other attempt begins.
    var ledgerFailure: LedgerError?
    /// Set when the end of the last attempt says something else of its target than what becomes of the request.
    var verdictOnTarget: TargetVerdict?
    /// What the last target said instead of an answer, kept because it may be the client's.
    var lastRefusal: Refusal?
    /// Found with the first count, by `GatewayMetrics`.
    var meter: CallMeter?
    /// Nanoseconds of the monotonic clock when the answer's first byte was there.
    var firstByteAt: UInt64?

    init(
        id: RequestID, exchange: HTTPExchange, caller: Caller, request: OpenAIRequest, model: Model, startedAt: Int64,
        day: String
    ) {
        self.id = id
        self.exchange = exchange
        self.caller = caller
        self.request = request
        sent = request
        self.model = model
        self.startedAt = startedAt
        self.day = day
        identity = CallIdentity(
            application: caller.application.name, team: caller.application.team, key: caller.key, model: model.name,
            generation: caller.generation.id, commit: caller.generation.commit)
    }

    var generation: Generation { caller.generation }
    var endpoint: OpenAIRequest.Endpoint { request.endpoint }

    /// The call as plugins see it.
    var forPlugins: Call {
        Call(
            id: id, at: startedAt, identity: identity, keyName: caller.keyName, user: hashedUser,
            streams: request.isStream, isDegraded: degradedFrom != nil || endpoint == .embeddings)
    }

    /// Goes on with another model. The variant of an experiment is left out: its figures are of the model that it names.
    func degrade(to model: Model) {
        degradedFrom = self.model.name
        self.model = model
        identity.model = model.name
        identity.variant = nil
    }

    /// Takes the states of the budgets after a hold or a settlement, in the order of the hold's lines.
    func noteStanding(_ periods: [PeriodState]) { standing = admission.standing(periods) ?? standing }

    /// Whether an attempt was billed, or is presumed to have been.
    var isCharged: Bool { cost.isCharged }

    func noteCharge(_ charge: Money?) { cost.add(charge) }

    /// Whether a stream carries the comment that names its cost.
    var wantsComments: Bool { exchange.head.fields["x-llmgw-include"] != "none" }

    /// Whether a whole answer, or the last event of a stream, has a member `llmgw` that says what the headers say.
    var wantsBodyMember: Bool { exchange.head.fields["x-llmgw-include"] == "body" }

    /// The application's own name for a conversation, at most 256 bytes.
    var session: String? { exchange.head.fields["x-llmgw-session"]?.prefix(bytes: 256) }

    /// The application's own labels, at most 1024 bytes.
    var tags: String? { exchange.head.fields["x-llmgw-tags"]?.prefix(bytes: 1024) }
}

extension String {
    /// The whole code points within the first `limit` bytes: one character can have thousands.
    fileprivate func prefix(bytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var kept = ""
        for scalar in unicodeScalars {
            guard kept.utf8.count + scalar.utf8.count <= limit else { break }
            kept.unicodeScalars.append(scalar)
        }
        return kept
    }
}

/// A vendor's refusal in its own words.
struct Refusal {
    var status: Int
    var contentType: String?
    var body: [UInt8]
    /// Whether it is a stream that ends with the refusal: clients of the API know no other form.
    var isStream = false
}

/// What an attempt that ended the request says of its target.
enum TargetVerdict {
    /// The client left: nobody knows how it would have gone on.
    case none
    /// The client has a part of an answer that broke off.
    case brokeOff
}
