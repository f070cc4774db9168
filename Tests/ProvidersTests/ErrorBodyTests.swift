import Inference
import JSON
import Providers
import Testing

@Suite struct ErrorBodyTests {
    private let id = RequestID(high: 1, low: 2)

    @Test func hasOpenAIsEnvelopeAndTheRequestsName() {
        let error = GatewayError(404, "model_not_found", "no model is named \"x\"", param: "model")
        #expect(
            String(decoding: ErrorBody.openAI(error, requestID: id, generation: "g1"), as: UTF8.self)
                == #"{"error":{"message":"no model is named \"x\"","type":"invalid_request_error","param":"model","#
                + #""code":"model_not_found","llmgw":{"request_id":"\#(id)","generation":"g1"}}}"#)
    }

    @Test func isOneEventOfAStream() throws {
        let bytes = ErrorBody.openAIEvent(GatewayError(502, "upstream_error", "a\nb"), requestID: nil)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.hasPrefix(#"data: {"error":{"message":"a\nb","#))
        #expect(text.hasSuffix("}\n\n"))
        #expect(text.dropLast(2).allSatisfy { !$0.isNewline })
        #expect(try JSONValue(parsing: Array(bytes.dropFirst(6)))["error"]?["param"] == .null)
    }

    @Test func theCostIsAComment() {
        func text(_ charges: [Money?]) -> String {
            var cost = CallCost()
            for charge in charges { cost.add(charge) }
            return String(decoding: CostComment.event(cost), as: UTF8.self)
        }
        let (dollars, euros) = (Money(nano: 648_900, .usd), Money(nano: 20_000, .eur))
        #expect(text([dollars]) == ": llmgw cost=0.000648900 USD\n\n")
        #expect(text([nil]) == ": llmgw cost=unpriced\n\n")
        #expect(text([euros, dollars, dollars]) == ": llmgw cost=0.001297800 USD, 0.000020000 EUR\n\n")
        #expect(text([dollars, euros, dollars]) == ": llmgw cost=0.001297800 USD, 0.000020000 EUR\n\n")
        #expect(text([nil, dollars]) == ": llmgw cost=0.000648900 USD, unpriced\n\n")
    }

    @Test func aPromptsRefusalNamesItsFileAndLine() {
        var error = GatewayError(400, "prompt_variable_missing", "m", param: "prompt.variables.a")
        let digest = String(repeating: "ab", count: 32)
        error.prompt = PromptFault(
            prompt: "p", version: "3.1.0", digest: digest, file: "prompts/p.prompt", line: 41, column: 13)
        let text = String(decoding: ErrorBody.openAI(error, requestID: nil), as: UTF8.self)
        #expect(
            text.hasSuffix(
                #""prompt":"p","version":"3.1.0","digest":"sha256:abababababab","file":"prompts/p.prompt","#
                    + #""line":41,"column":13}}}"#))
    }
}
