import HTTPTypes
import JSON

extension HTTPFields {
    /// The gateway's own fields as JSON, for the member `llmgw`: `{"request_id": "…", "cost": "…", …}`.
    var gatewayMember: [UInt8] {
        let prefix = "x-llmgw-"
        var member = JSONWriter()
        member.beginObject()
        for field in all where field.name.hasPrefix(prefix) {
            member.name(String(field.name.dropFirst(prefix.count)).replacing("-", with: "_"))
            member.string(field.value)
        }
        member.endObject()
        return member.bytes
    }
}
