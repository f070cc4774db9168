import JSON

/// A provider that is none: it answers OpenAI's API from arithmetic, for tests, demonstrations and benchmarks.
///
/// The same request always gets the same answer. What a model does is in its name: docs/simulated-provider.md.
package struct SimulatedProvider: Sendable {
    /// What holds for models whose name does not say otherwise.
    package var defaults: SimulatedPace

    package init(defaults: SimulatedPace = SimulatedPace()) {
        self.defaults = defaults
    }

    /// The names of all simulated models, without options.
    package static var modelNames: [String] { SimulatedModel.Behaviour.allCases.map(\.rawValue) }

    /// Returns the answer to a request.
    ///
    /// - Parameters:
    ///   - path: with or without `/v1` before it; a query is ignored.
    ///   - body: as received; what is no valid request is answered as OpenAI would.
    package func script(method: String, path: String, body: [UInt8]) -> SimulatedAnswer {
        let bare = path.prefix { $0 != "?" }
        let endpoint = bare.hasPrefix("/v1/") ? bare.dropFirst(3) : bare
        switch (method, endpoint) {
        case ("GET", "/models"): return SimulatedAnswer(whole: SimulatedProvider.models)
        case ("POST", "/chat/completions"), ("POST", "/completions"), ("POST", "/embeddings"), ("POST", "/responses"):
            do {
                return try answer(endpoint, body)
            } catch {
                return .error(400, "invalid_request_error", error.code, error.message, param: error.param)
            }
        case (_, "/models"), (_, "/chat/completions"), (_, "/completions"), (_, "/embeddings"), (_, "/responses"):
            return .error(405, "invalid_request_error", nil, "\(endpoint) does not take \(method)")
        default:
            return .error(404, "invalid_request_error", nil, "there is nothing at \(path)")
        }
    }

    private func answer(_ endpoint: Substring, _ body: [UInt8]) throws(SimulatedRefusal) -> SimulatedAnswer {
        let document = try SimulatedProvider.document(body)
        guard let name = document.member("model", of: document.root).flatMap(document.string) else {
            throw SimulatedRefusal(message: "model: a string is required", param: "model")
        }
        guard let model = SimulatedModel(name, defaults: defaults) else {
            return .error(
                404, "invalid_request_error", "model_not_found", "there is no simulated model '\(name)'", param: "model"
            )
        }
        var answer = try answer(endpoint, document, model)
        if model.behaviour == .hang {
            answer.beforeHead = [.hang]
        } else if model.pace.delay > 0 {
            answer.beforeHead = [.pause(milliseconds: model.pace.delay)]
        }
        return answer
    }

    private func answer(
        _ endpoint: Substring, _ document: JSONDocument, _ model: SimulatedModel
    ) throws(SimulatedRefusal) -> SimulatedAnswer {
        if let refusal = model.behaviour.refusal { return refusal }
        if endpoint == "/embeddings" {
            return SimulatedAnswer(whole: try SimulatedEmbeddings(document, model: model).body)
        }
        guard model.behaviour != .embedding else {
            throw SimulatedRefusal(message: "\(model.name) answers /embeddings only", param: "model")
        }
        let request = try SimulatedRequest(
            document, model: model, api: SimulatedRequest.API(rawValue: String(endpoint)) ?? .chat)
        return request.api == .responses
            ? SimulatedResponse(request, document).answer : SimulatedGeneration(request).answer
    }

    private static func document(_ body: [UInt8]) throws(SimulatedRefusal) -> JSONDocument {
        do {
            return try JSONDocument(body)
        } catch {
            throw SimulatedRefusal(message: "the body is not JSON: \(error)", param: nil)
        }
    }

    private static let models: [UInt8] = {
        var writer = JSONWriter(capacity: 2048)
        writer.beginObject()
        writer.member("object", "list")
        writer.name("data")
        writer.beginArray()
        for name in modelNames {
            writer.beginObject()
            writer.member("id", name)
            writer.member("object", "model")
            writer.member("created", 1_763_700_000)
            writer.member("owned_by", "simulated")
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }()
}
