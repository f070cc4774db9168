import Testing

@testable import llmgw

@Suite struct ArgumentsTests {
    static let command = Command(
        name: "probe", summary: "looks",
        operands: [.required("APP"), .optional("ID")],
        options: [
            Option("name", .text("N"), "a name"), Option("limit", .integer(1...10), "how many"),
            Option("expires", .duration, "how long"), Option("listen", .address, "where"),
            Option("format", .choice(["table", "json"]), "how"), Option("by", .list(["day", "model"]), "what"),
            Option("day", .day, "when"), Option("since", .moment, "since when"), Option("keep", .flag, "keep it"),
        ], examples: []
    ) { _, _ in .success }

    private func parse(_ words: String...) throws -> Arguments { try Arguments(words, for: Self.command) }

    private func fault(_ words: String...) -> String? {
        do throws(Failure) {
            _ = try Arguments(words, for: Self.command)
            return nil
        } catch {
            return error.code == .usage ? error.message : "wrong code \(error.code)"
        }
    }

    @Test func readsValuesInBothForms() throws {
        let arguments = try parse("app", "--name", "web 1", "--limit=7", "id", "--keep")
        #expect(arguments.operands == ["app", "id"])
        #expect(arguments.text("name") == "web 1")
        #expect(arguments.integer("limit") == 7)
        #expect(arguments.has("keep"))
        #expect(!arguments.has("expires"))
    }

    @Test func everythingAfterTwoDashesIsAnOperand() throws {
        #expect(try parse("--", "--name", "-x").operands == ["--name", "-x"])
    }

    @Test func aValueMayBeginWithADashWhenItIsJoined() throws {
        #expect(try parse("app", "--name=--odd").text("name") == "--odd")
    }

    @Test(arguments: [
        (
            ["app", "--lmit", "3"],
            "probe has no option --lmit; did you mean '--limit'?; `llmgw probe --help` lists them"
        ),
        (["app", "--name"], "--name needs a value: --name N"),
        (["app", "--name", "--keep"], "--name needs a value: --name N"),
        (["app", "--name", "a", "--name=b"], "--name is given twice; leave one out"),
        (["app", "--keep=1"], "--keep takes no value; write it alone"),
        (["app", "--limit", "11"], "--limit: '11' is no whole number from 1 to 10"),
        (
            ["app", "--limit", "99999999999999999999"],
            "--limit: '99999999999999999999' is no whole number from 1 to 10"
        ),
        (["app", "--expires", "90"], "--expires: '90' is no duration such as 250ms, 30s, 15m, 24h or 90d"),
        (
            ["app", "--listen", "web:80"],
            "--listen: 'web:80' is no address such as 127.0.0.1:8080, [::1]:8080 or unix:/path"
        ),
        (["app", "--format", "jsn"], "--format: 'jsn' is none of table, json; did you mean 'json'?"),
        (["app", "--by", "day,modl"], "--by: 'modl' is none of day, model; did you mean 'model'?"),
        (["app", "--day", "2026-02-30"], "--day: '2026-02-30' is no day such as 2026-11-21"),
    ])
    func saysWhatIsWrongAndWhatWouldBeRight(words: [String], message: String) {
        do throws(Failure) {
            _ = try Arguments(words, for: Self.command)
            Issue.record("was taken")
        } catch {
            #expect(error.message == message)
            #expect(error.code == .usage)
        }
    }

    @Test func operandsAreCounted() {
        #expect(fault()?.hasPrefix("probe needs APP; usage: llmgw probe APP [ID]") == true)
        #expect(fault("a", "b", "c")?.hasPrefix("probe: 'c' is one argument too many") == true)
    }

    @Test func helpNeedsNoOperand() throws {
        #expect(try parse("--help").has("help"))
        #expect(try parse("-h").has("help"))
    }

    @Test(arguments: [
        ("24h", 1_000_000_000_000 - 86_400_000), ("2026-11-21", 1_795_219_200_000),
        ("2026-11-21T08:00:00Z", 1_795_248_000_000),
    ])
    func aMomentIsAgoOrADayOrATime(text: String, moment: Int64) throws {
        #expect(try parse("app", "--since", text).moment("since", now: 1_000_000_000_000) == moment)
    }

    @Test(arguments: [("1ms", 1), ("30s", 30_000), ("15m", 900_000), ("90d", 7_776_000_000)])
    func durationsHaveAUnit(text: String, milliseconds: Int64) {
        #expect(DurationText.milliseconds(text) == milliseconds)
    }

    @Test(arguments: ["", "s", "1", "-1s", "+1s", "1.5h", "1w", "99999999999999999999d", "9999999999999d", "１s"])
    func whatIsNoDurationIsRefused(text: String) {
        #expect(DurationText.milliseconds(text) == nil)
    }
}
