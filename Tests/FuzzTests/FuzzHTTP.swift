import HTTPServer
import HTTPTypes

/// However bytes are cut, the same requests are in them.
func fuzzHTTPRequests(_ bytes: [UInt8]) {
    precondition(requests(in: [bytes]) == requests(in: bytes.pieces()), "a cut changed the requests")
}

private func requests(in pieces: [[UInt8]]) -> [String] {
    var limits = HTTPServerLimits()
    limits.maxHead = 2048
    limits.maxBody = 4096
    var parser = HTTPRequestParser(limits)
    var found: [String] = []
    for piece in pieces where !piece.isEmpty {
        piece.withUnsafeBytes { parser.feed($0) }
        do {
            reading: while true {
                switch try parser.next() {
                case .needsMore: break reading
                case .head(let parsed):
                    let head = parsed.head
                    let fields = head.fields.all.map { "\($0.name)=\($0.value)" }
                    found.append("\(head.method.name) \(head.path) \(head.query ?? "-") \(fields) \(parsed.keepsAlive)")
                case .body(let body): found.append("\(body)")
                }
            }
        } catch {
            return found + ["\(error.status)"]
        }
    }
    return found
}
