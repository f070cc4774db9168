import CivilTime
import Foundation
import Testing

@Suite struct TimeZoneRulesTests {
    /// `Tests/Tools/zone_vectors.py` writes the table.
    @Test func agreesWithPythonsZoneinfo() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let table = try String(contentsOf: folder.appending(path: "Vectors/zones.txt"), encoding: .utf8)
        var zones: [String: TimeZoneRules] = [:]
        var lines = 0
        for line in table.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            let zone = try zones[words[1]] ?? TimeZoneRules(named: words[1])
            zones[words[1]] = zone
            if words[0] == "offset" {
                #expect(try zone.offset(atUTC: #require(Int64(words[2]))) == Int(words[3]), "\(line)")
            } else {
                #expect(try zone.start(of: #require(CivilDate(words[2]))) / 1_000 == Int64(words[3]), "\(line)")
            }
            lines += 1
        }
        #expect(lines > 2_000)
    }

    @Test func utcNeedsNoFile() throws {
        let utc = try TimeZoneRules(named: "UTC", directory: "/nowhere")
        #expect(utc == .utc)
        #expect(utc.offset(atUTC: 0) == 0)
    }

    @Test(arguments: [
        "", "../etc/passwd", "Europe/../UTC", "/etc/passwd", "Europe//Berlin", "Europe/Berlin/", "a b", "ä",
        "Europe/Berlin\0",
    ])
    func refusesNamesThatCouldLeadElsewhere(name: String) {
        #expect(throws: TimeZoneError.invalidName(name)) { try TimeZoneRules(named: name) }
    }

    @Test func saysWhatIsMissing() {
        #expect(throws: TimeZoneError.unknown("Europe/Atlantis")) { try TimeZoneRules(named: "Europe/Atlantis") }
        #expect(throws: TimeZoneError.unknown("Europe")) { try TimeZoneRules(named: "Europe") }
        do {
            _ = try TimeZoneRules(named: "Europe/Berlin", directory: "/nowhere")
            Issue.record("found zones in /nowhere")
        } catch {
            #expect(error.description == "no time zones in /nowhere; install the package tzdata, or use UTC")
        }
    }

    @Test func damagedFilesAreRefusedAndEndNothing() throws {
        let good = try Array(Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/Europe/Berlin")))
        let folder = FileManager.default.temporaryDirectory.appending(path: "zones-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func isRefused(_ bytes: [UInt8]) throws -> Bool {
            try Data(bytes).write(to: folder.appending(path: "UTC"))
            try Data(bytes).write(to: folder.appending(path: "X"))
            return (try? TimeZoneRules(named: "X", directory: folder.path)) == nil
        }
        for length in stride(from: 0, to: good.count, by: 97) {
            let refused = try isRefused(Array(good[..<length]))
            #expect(refused)
        }
        for place in stride(from: 0, to: good.count, by: 29) {
            var bytes = good
            bytes[place] ^= 0xFF
            _ = try isRefused(bytes)
        }
    }
}
