import CCurl
import HTTPTypes

extension TransferFailure {
    /// What broke an answer off after the request was written.
    static func interrupted(_ code: CURLcode, _ reason: String) -> TransferFailure {
        switch code {
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING:
            .malformed(reason)
        case CURLE_RECV_ERROR where reason.hasSuffix("in chunked-encoding"):
            .malformed(reason)
        default:
            .reset(reason)
        }
    }
}
