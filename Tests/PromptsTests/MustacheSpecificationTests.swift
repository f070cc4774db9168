import JSON
import Prompts
import Testing

/// The cases of the Mustache specification that Handlebars has in common with it.
///
/// Each is a folder of prompts, loaded and called as an application calls it. The harness escapes values for HTML where a
/// case's tags ask for it: prompts never are.
@Suite(.enabled(if: SpecificationCases.areThere("mustache"), "\(SpecificationCases.remedy)"))
struct MustacheSpecificationTests {
    private static let files = ["comments", "interpolation", "sections", "inverted", "partials"]

    static let departures = [
        Departure(
            cases: [
                "sections/Parent contexts", "sections/Variable test", "sections/List Contexts",
                "sections/Deeply Nested Contexts",
            ], documented: "A name is looked up in the current context alone"),
        Departure(
            cases: files.map { "\($0)/Standalone Line Endings" },
            documented: "Lines end in LF, in every file of a prompt"),
        Departure(
            cases: [
                "interpolation/Implicit Iterators - Basic Interpolation",
                "interpolation/Implicit Iterators - Basic Integer Interpolation",
                "interpolation/Implicit Iterators - HTML Escaping",
                "interpolation/Implicit Iterators - Triple Mustache",
                "interpolation/Implicit Iterators - Ampersand", "sections/Implicit Iterator - Root-level",
            ], documented: "What a template is given has names"),
        Departure(cases: ["partials/Failed Lookup"], documented: "A partial that is missing is an error"),
        Departure(cases: ["partials/Recursion"], documented: "A partial does not include itself"),
    ]

    @Test func rendersEveryCaseButTheDocumentedOnes() throws {
        let documentation = try SpecificationCases.documentation()
        #expect(Self.departures.allSatisfy { documentation.contains($0.documented) })
        var (met, departed) = (0, 0)
        for test in try SpecificationCases.suites("mustache") where Self.files.contains(test["file"]?.text ?? "") {
            let name = "\(test["file"]?.text ?? "")/\(test["name"]?.text ?? "")"
            let actual = Result { try Self.render(test) }
            let agrees = (try? actual.get()) == SpecificationCases.withoutBlankLines(test["expected"]?.text ?? "")
            let isDeparture = Self.departures.contains { $0.covers(name) }
            (met, departed) = (met + (agrees ? 1 : 0), departed + (isDeparture ? 1 : 0))
            #expect(agrees != isDeparture, "\(name): \(test["template"]?.text.debugDescription ?? "") is \(actual)")
        }
        #expect(met + departed > 100, "\(met) met, \(departed) not")
    }

    /// As a call does it: loaded with its partials, resolved by name, rendered with the case's variables.
    private static func render(_ test: JSONValue) throws -> String {
        let text = test["template"]?.text ?? ""
        let partials = test["partials"]?.objectValue ?? []
        let isEscaped = !([text] + partials.map(\.value.text)).contains { $0.contains("{{{") || $0.contains("{{&") }
        let data = test["data"] ?? .object([])
        var files = ["p.prompt": file(text, variables: "(*): any")]
        for member in partials { files["partials/_\(member.name).prompt"] = member.value.text }
        let prompt = try library(files).resolve("p@worktree")
        let rendered = try prompt.render(variables: isEscaped ? escaped(data) : data)
        // Blank text makes no message: nothing that a model could read is lost.
        return try JSONValue(parsing: rendered.messages).arrayValue?.first?["content"]?.text ?? ""
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
