import JSON
import Testing

@testable import Prompts

/// The cases of the Mustache specification that Handlebars has in common with it.
///
/// The harness escapes values for HTML where a case's tags ask for it: prompts never are.
@Suite(.enabled(if: SpecificationCases.areThere("mustache"), "scripts/setup.sh specifications fetches the cases"))
struct MustacheSpecificationTests {
    private static let files = ["comments", "interpolation", "sections", "inverted", "partials"]

    static let departures = [
        Departure(
            cases: [
                "sections/Parent contexts", "sections/Variable test", "sections/List Contexts",
                "sections/Deeply Nested Contexts",
            ], documented: "A name is looked up in the current context alone")
    ]

    @Test func rendersEveryCaseButTheDocumentedOnes() throws {
        let documentation = try SpecificationCases.documentation()
        #expect(Self.departures.allSatisfy { documentation.contains($0.documented) })
        var (met, departed) = (0, 0)
        for test in try SpecificationCases.suites("mustache") where Self.files.contains(test["file"]?.text ?? "") {
            let name = "\(test["file"]?.text ?? "")/\(test["name"]?.text ?? "")"
            let actual = Result { try Self.render(test) }
            let agrees = (try? actual.get()) == test["expected"]?.text
            let isDeparture = Self.departures.contains { $0.covers(name) }
            (met, departed) = (met + (agrees ? 1 : 0), departed + (isDeparture ? 1 : 0))
            #expect(agrees != isDeparture, "\(name): \(test["template"]?.text.debugDescription ?? "") is \(actual)")
        }
        #expect(met + departed > 100, "\(met) met, \(departed) not")
    }

    private static func render(_ test: JSONValue) throws -> String {
        let text = test["template"]?.text ?? ""
        let texts = [text] + (test["partials"]?.objectValue ?? []).map(\.value.text)
        let isEscaped = !texts.contains { $0.contains("{{{") || $0.contains("{{&") }
        let data = test["data"] ?? .object([])
        var partials: [String: Template] = [:]
        for member in test["partials"]?.objectValue ?? [] {
            partials[member.name] = try Template(SourceText(Array(member.value.text.utf8)))
        }
        let messages = try Renderer.messages(
            of: Template(SourceText(Array(text.utf8))), partials: partials,
            variables: isEscaped ? escaped(data) : data, data: nil, history: PromptHistory(), trims: false)
        let made = try JSONValue(parsing: messages).arrayValue ?? []
        // Blank text makes no message: nothing that a model could read is lost.
        let blank = test["expected"]?.text ?? ""
        return made.first?["content"]?.text ?? (blank.allSatisfy(\.isWhitespace) ? blank : "")
    }

    private static func escaped(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text):
            .string(
                text.replacing("&", with: "&amp;").replacing("\"", with: "&quot;").replacing("<", with: "&lt;")
                    .replacing(">", with: "&gt;"))
        case .array(let items): .array(items.map(escaped))
        case .object(let members): .object(members.map { JSONMember($0.name, escaped($0.value)) })
        default: value
        }
    }
}
