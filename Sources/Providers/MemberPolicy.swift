package import Inference
import JSON

/// Which members a provider may be sent beyond OpenAI's API.
package struct MemberPolicy: Sendable {
    /// What becomes of members that are nobody's, in calls that a hard budget counts.
    package enum Unknown: String, Sendable, CaseIterable {
        case refuse, pass
    }

    package let vendor: Vendor
    private let allowed: Set<String>
    private let unknown: Unknown

    /// - Parameters:
    ///   - allowed: names that pass whatever they do: somebody has made sure.
    ///   - unknown: nil: refused.
    package init(_ vendor: Vendor, allowed: Set<String> = [], unknown: Unknown? = nil) {
        self.vendor = vendor
        self.allowed = allowed
        self.unknown = unknown ?? .refuse
    }

    /// What a call is, as far as its members are judged by it.
    package struct Call: Sendable {
        /// Whether its bound must hold: a hard budget or a cap counts it.
        package var isBounded: Bool
        /// The vendor's own name of the model that is asked.
        package var model: String
        /// The most output tokens of each answer.
        package var limit: Int64
        /// Where the members are told from, such as `providers.up`.
        package var place: String

        package init(isBounded: Bool, model: String, limit: Int64, place: String) {
            self.isBounded = isBounded
            self.model = model
            self.limit = limit
            self.place = place
        }
    }

    /// Returns why the provider is not sent `request`; nil when nothing stands against it.
    ///
    /// - Parameter mayUse: whether the application may use a model by the vendor's own name.
    package func refusal(
        of request: OpenAIRequest, _ call: Call, mayUse: (String) -> Bool
    ) -> GatewayError? {
        for member in request.special where !allowed.contains(member.name) {
            let judge = MemberJudge(policy: self, request: request, call: call)
            if let refusal = judge.refusal(of: member, mayUse: mayUse) { return refusal }
        }
        return nil
    }

    /// What becomes of a member that nobody knows.
    ///
    /// - Parameter isBounded: whether a hard budget counts the call.
    package func unknown(isBounded: Bool) -> Unknown { isBounded ? unknown : .pass }

    /// Names that pass whatever they do.
    package var allowedNames: [String] { allowed.sorted() }

    fileprivate func effect(of name: String) -> MemberEffect? {
        vendor.harmlessMembers.contains(name) ? nil : MemberTable.effects[name] ?? (unknown == .refuse ? .unknown : nil)
    }
}

/// Judges one member of a request.
private struct MemberJudge {
    let policy: MemberPolicy
    let request: OpenAIRequest
    let call: MemberPolicy.Call

    private var document: JSONDocument { request.document }

    func refusal(of member: SpecialMember, mayUse: (String) -> Bool) -> GatewayError? {
        guard let effect = policy.effect(of: member.name) else { return nil }
        let (name, value) = (member.name, member.value)
        switch effect {
        case .models: return modelRefusal(name, value, mayUse)
        case .plugins: return pluginRefusal(name, value)
        case .choosesModel:
            return notAllowed(name, "it chooses a model, or who serves it, and nobody can check that against 'models'")
        case .refused(let subject):
            return bounded(
                unsupported(name, "it changes \(subject.rawValue), which the bound of the call does not see"))
        case .unknown: return bounded(unsupported(name, "what it does at '\(policy.vendor.rawValue)' is not known"))
        case .atMostLimit: return bounded(isAtMost(call.limit, value) ? nil : above(name, call.limit))
        case .atMostChoices: return bounded(isAtMost(request.choices, value) ? nil : above(name, request.choices))
        case .onlyFalse:
            return bounded(
                document.bool(value) == false
                    ? nil : unsupported(name, "it brings what the bound of the call does not see"))
        case .onlyScalars:
            return bounded(
                isOfScalars(value)
                    ? nil : unsupported(name, "under a hard budget it takes booleans, numbers and short words"))
        }
    }

    private func bounded(_ refusal: @autoclosure () -> GatewayError?) -> GatewayError? {
        call.isBounded ? refusal() : nil
    }

    /// Each of them must be a model that the application may use; under a hard budget the same that is asked.
    private func modelRefusal(_ name: String, _ value: JSONNode, _ mayUse: (String) -> Bool) -> GatewayError? {
        guard document.kind(value) == .array else {
            return GatewayError(400, "invalid_value", "\(name) must be an array of models", param: name)
        }
        for (index, element) in document.elements(of: value).enumerated() {
            let place = "\(name)[\(index)]"
            guard let model = document.string(element), mayUse(model) else {
                return notAllowed(place, "it names a model that the application may not use at this provider")
            }
            guard model == call.model || !call.isBounded else {
                return unsupported(place, "the price of one model bounds the call, and this names another")
            }
        }
        return nil
    }

    /// What extends the request itself; others choose models.
    private static let plainPlugins: [StaticString] = ["web", "file-parser", "response-healing", "context-compression"]

    private func pluginRefusal(_ name: String, _ value: JSONNode) -> GatewayError? {
        for (index, plugin) in document.elements(of: value).enumerated() {
            let id = document.member("id", of: plugin)
            let isPlain = id.map { id in MemberJudge.plainPlugins.contains { document.equals(id, $0) } } ?? false
            guard isPlain else {
                return notAllowed("\(name)[\(index)]", "it may choose another model, which cannot be checked")
            }
        }
        // Their fees are counted where the vendor is known to have them.
        let isCounted = policy.vendor == .openrouter
        return isCounted ? nil : bounded(unsupported(name, "what it does for a fee is not known of this vendor"))
    }

    private func isAtMost(_ most: Int64, _ value: JSONNode) -> Bool {
        document.integer(value).map { (0...max(0, most)).contains($0) } ?? false
    }

    private func isOfScalars(_ value: JSONNode) -> Bool {
        guard document.kind(value) == .object, document.count(of: value) <= 16 else { return false }
        return document.members(of: value).allSatisfy { name, value in
            guard !(document.string(name) ?? "").lowercased().contains("template") else { return false }
            return switch document.kind(value) {
            case .true, .false, .null, .number: true
            case .string: document.range(value).count <= 34
            case .array, .object: false
            }
        }
    }

    private func above(_ name: String, _ most: Int64) -> GatewayError {
        unsupported(name, "under a hard budget it must be an integer from 0 to \(most), as far as the call is bounded")
    }

    private func unsupported(_ place: String, _ why: String) -> GatewayError {
        GatewayError(
            400, "unsupported_parameter",
            "\(place): \(why); leave it out, or, if it does no harm, add '\(MemberJudge.name(of: place))' to"
                + " \(call.place).allow_members", param: place)
    }

    private func notAllowed(_ place: String, _ why: String) -> GatewayError {
        GatewayError(
            403, "model_not_allowed",
            "\(place): \(why); leave it out, or, if it does no harm, add '\(MemberJudge.name(of: place))' to"
                + " \(call.place).allow_members", param: place)
    }

    private static func name(of place: String) -> Substring { place.prefix { $0 != "[" } }
}
