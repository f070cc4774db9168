import Foundation
import Testing

@testable import Gateway

@Suite struct ConfigurationReferenceTests {
    /// The chapters of `docs/configuration.md`, by their heading.
    static func chapters() throws -> [String: String] {
        let text = try String(
            contentsOfFile: ShippedConfigurationTests.root + "/docs/configuration.md", encoding: .utf8)
        var chapters: [String: String] = [:]
        for chapter in text.components(separatedBy: "\n## ").dropFirst() {
            let lines = chapter.split(separator: "\n", maxSplits: 1)
            chapters[lines[0].trimmingCharacters(in: ["`"])] = lines.count > 1 ? String(lines[1]) : ""
        }
        return chapters
    }

    @Test func everyKeyThatCanBeReadIsDescribedInItsChapter() throws {
        let chapters = try Self.chapters()
        for section in ConfigurationSections.all {
            let chapter = try #require(chapters[section.section], "no chapter for \(section.section)")
            for key in names(of: section) {
                #expect(chapter.contains("`\(key)`"), "\(section.section): \(key)")
            }
        }
    }

    /// Read as if somebody had written them into the file, the defaults of the page are those of the program.
    @Test func defaultsOfLimitsAreAsDescribed() throws {
        let loaded = try load("limits: {\(try defaults(of: "limits"))}")
        #expect(loaded.limits == LimitSettings())
    }

    @Test func defaultsOfTimeoutsAreAsDescribed() throws {
        let timeouts = try defaults(of: "providers.NAME.timeouts")
        let loaded = try load("providers: {p: {kind: openai, base_url: 'https://a.example', timeouts: {\(timeouts)}}}")
        #expect(loaded.providers["p"]?.timeouts == TimeoutSettings())
    }

    /// The rows of a chapter as members of a mapping.
    private func defaults(of chapter: String) throws -> String {
        let rows = (try Self.chapters()[chapter] ?? "").split(separator: "\n").filter { $0.hasPrefix("| `") }
        let members = rows.map { row in
            let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: [" ", "`"]) }
            return "\(cells[0]): \(cells[1])"
        }
        #expect(members.count >= 4)
        return members.joined(separator: ", ")
    }

    private func load(_ text: String) throws -> Configuration {
        let folder = try ConfigurationFolder(["gateway.yaml": text])
        return try #require(folder.load().configuration)
    }

    private func names<Key: ConfigurationKey>(of _: Key.Type) -> [String] { Key.allCases.map(\.rawValue) }

    @Test func noKeyIsDescribedThatCannotBeRead() throws {
        let chapters = try Self.chapters()
        for section in ConfigurationSections.all {
            let known = Set(names(of: section))
            let rows = (chapters[section.section] ?? "").split(separator: "\n").filter { $0.hasPrefix("| `") }
            for row in rows {
                let cell = row.dropFirst().prefix { $0 != "|" }
                let named = cell.split(separator: ",").map { $0.trimmingCharacters(in: [" ", "`"]) }
                #expect(known.isSuperset(of: named), "\(section.section): \(cell)")
            }
        }
    }
}
