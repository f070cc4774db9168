import Testing

@testable import llmgw

@Suite struct ControlSocketTests {
    @Test func readsAnAnswerUpToTheEndOfTheConnection() {
        let answer = ControlSocket.Answer(Array("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}".utf8))
        #expect(answer?.status == 201)
        #expect(answer?.body == Array("{}".utf8))
    }

    @Test(arguments: ["", "HTTP/1.1", "HTTP/1.1 200 OK\r\n", "nonsense\r\n\r\n", "\r\n\r\n"])
    func whatIsNoAnswerIsRefused(text: String) {
        #expect(ControlSocket.Answer(Array(text.utf8)) == nil)
    }

    @Test func noGatewayIsNoError() throws {
        #expect(try ControlSocket.send("GET", "/healthz", beside: "/nonexistent/ledger.db") == nil)
    }

    @Test func aPathThatIsTooLongIsExplained() {
        #expect(throws: Failure.self) {
            try ControlSocket.send("GET", "/", beside: "/" + String(repeating: "x", count: 120))
        }
    }
}
