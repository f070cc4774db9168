import Foundation
import JSON
import Telemetry
import Testing

@Suite struct LogLineTests {
    private let moment: Int64 = 1_795_238_040_123

    @Test func readsWellAsTextAndAsJSON() {
        let line = LogLine(
            time: moment, level: .info, message: "listening",
            fields: ["address": "127.0.0.1:8080", "workers": 2, "tls": false, "name": "a b", "none": ""])
        #expect(
            text(line, .text)
                == "2026-11-21T05:14:00.123Z INFO listening address=127.0.0.1:8080 workers=2 tls=false name=\"a b\" none=\"\"\n"
        )
        #expect(
            text(line, .json)
                == """
                {"time":"2026-11-21T05:14:00.123Z","level":"info","message":"listening","address":"127.0.0.1:8080",\
                "workers":2,"tls":false,"name":"a b","none":""}

                """)
    }

    @Test(arguments: LogFormat.allCases)
    func nothingInAFieldCanForgeALineOrSpeakToATerminal(format: LogFormat) throws {
        let scalars = (0...0xA0 as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init)
        var evil = "x\n2026-11-21T05:14:00.123Z ERROR forged=\"1\"\r\u{1B}[2J\u{2028}\u{202E}\u{FEFF}\\"
        evil.unicodeScalars.append(contentsOf: scalars)
        let line = text(LogLine(time: moment, level: .error, message: "m", fields: ["v": .string(evil)]), format)
        #expect(line.unicodeScalars.count { $0.properties.generalCategory == .control } == 1)  // the end of the line
        #expect(!line.unicodeScalars.contains { [0x2028, 0x202E, 0xFEFF].contains($0.value) })
        if format == .json {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
            #expect(object?["v"] == evil)
        }
    }

    @Test func longValuesAreCut() {
        let line = LogLine(level: .info, message: "m", fields: ["v": .string(String(repeating: "ä", count: 100_000))])
        #expect(line.bytes(as: .json).count < 4_300)
    }

    @Test func secretsShowAMask() {
        let secret = Secret("llmgw-abc")
        var dumped = ""
        dump(secret, to: &dumped)
        dump([secret], to: &dumped)
        for shown in ["\(secret)", String(reflecting: secret), "\([secret])", "\(Optional(secret) as Any)", dumped] {
            #expect(!shown.contains("abc"))
        }
        #expect(secret.reveal() == "llmgw-abc")
    }

    private func text(_ line: LogLine, _ format: LogFormat) -> String {
        String(decoding: line.bytes(as: format), as: UTF8.self)
    }
}

@Suite struct LogTests {
    @Test func writesLinesAtItsLevelAndAbove() {
        let pipe = Pipe()
        let log = Log(level: .warning, descriptor: pipe.fileHandleForWriting.fileDescriptor)
        log.info("quiet")
        log.warning("loud", ["n": 1])
        log.error("louder")
        let lines = read(pipe).split(separator: "\n").map {
            $0.split(separator: " ").dropFirst().joined(separator: " ")
        }
        #expect(lines == ["WARNING loud n=1", "ERROR louder"])
    }

    @Test func aReaderThatSleepsCostsLinesButNoTime() throws {
        let pipe = Pipe()
        let log = Log(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let start = ContinuousClock.now
        for index in 0..<4_000 { log.info("a line", ["index": .integer(index), "pad": "....................."]) }
        #expect(ContinuousClock.now - start < .seconds(30))
        let dropped = log.droppedLines
        #expect(dropped > 0)

        var lines: [Substring] = []
        for _ in 0..<5 {  // reading makes room, writing fills it again
            lines += read(pipe).split(separator: "\n")
            log.flush(milliseconds: 0)
        }
        lines += read(pipe).split(separator: "\n")
        #expect(lines.count { $0.contains("a line") } == 4_000 - dropped)
        #expect(lines.contains { $0.hasSuffix("WARNING log lines dropped count=\(dropped)") })
        #expect(lines.allSatisfy { $0.hasPrefix("20") && $0.contains("Z ") })
    }

    @Test func linesOfManyThreadsStayWhole() async {
        let pipe = Pipe()
        let log = Log(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { for _ in 0..<100 { log.info("m", ["v": "abcdef"]) } }
            }
        }
        let lines = read(pipe).split(separator: "\n")
        #expect(lines.count == 400)
        #expect(lines.allSatisfy { $0.hasSuffix("INFO m v=abcdef") })
    }

    /// What is in the pipe now.
    private func read(_ pipe: Pipe) -> String {
        let file = pipe.fileHandleForReading.fileDescriptor
        _ = fcntl(file, F_SETFL, O_NONBLOCK)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count <= 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }
}
