import HTTPServer
import HTTPTypes

/// What pages of other origins may do here: those that `cors.origins` names call the API from a browser (Fetch, "CORS
/// protocol"). Without the key nothing is said, and browsers keep every page out.
enum CrossOrigin {
    /// Fields for every answer to `head`; nil when no origin is configured.
    static func fields(for head: HTTPRequestHead, _ settings: CrossOriginSettings) -> HTTPFields? {
        guard !settings.origins.isEmpty else { return nil }
        var fields = HTTPFields()
        fields.append("vary", "Origin")
        guard let origin = allowed(head, settings) else { return fields }
        fields.append("access-control-allow-origin", origin)
        fields.append("access-control-expose-headers", "*")
        return fields
    }

    /// The answer to a browser that asks whether a page may send what it is about to; nil when it is no such question.
    static func preflight(_ head: HTTPRequestHead, _ settings: CrossOriginSettings, routes: [Route]?) -> HTTPAnswer? {
        guard head.method == .options, let routes, allowed(head, settings) != nil,
            head.fields.range(of: "access-control-request-method") != nil
        else { return nil }
        var fields = HTTPFields()
        fields.append("access-control-allow-methods", routes.map(\.method.name).joined(separator: ", "))
        // Clients send many headers of their own, and none of them can do harm here that a bare client could not.
        if let wanted = head.fields["access-control-request-headers"], wanted.utf8.allSatisfy(isNameOrComma) {
            fields.append("access-control-allow-headers", wanted)
        }
        fields.append("access-control-max-age", "600")
        return HTTPAnswer(status: 204, fields: fields)
    }

    /// The origin of the page, if the configuration names it. Origins are compared byte for byte.
    private static func allowed(_ head: HTTPRequestHead, _ settings: CrossOriginSettings) -> String? {
        head.fields["origin"].flatMap { settings.origins.contains($0) ? $0 : nil }
    }

    private static func isNameOrComma(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ","),
            UInt8(ascii: " "):
            true
        default: false
        }
    }
}
