import Crypto
import HTTPTypes
import Inference

/// Knows the calls of a git server by what both share.
///
/// GitHub, Gitea and Forgejo sign the body (`X-Hub-Signature-256: sha256=…`, HMAC with SHA-256); GitLab sends the secret
/// itself (`X-Gitlab-Token`).
struct PromptWebhook {
    private let secret: [UInt8]

    init(secret: String) {
        self.secret = Array(secret.utf8)
    }

    /// Throws 401 when neither fits.
    func check(_ fields: HTTPFields, body: [UInt8]) throws(GatewayError) {
        if let signature = fields["x-hub-signature-256"] {
            let wanted = "sha256=" + HMAC.sha256(key: secret, message: body).hex
            if constantTimeEquals(Array(signature.utf8), Array(wanted.utf8)) { return }
        } else if let token = fields["x-gitlab-token"] {
            // Digests are compared, so that not even the secret's length shows.
            if constantTimeEquals(SHA256.hash(Array(token.utf8)), SHA256.hash(secret)) { return }
        }
        throw GatewayError(
            401, "invalid_signature",
            "sign the call with prompts.webhook_secret: X-Hub-Signature-256 or X-Gitlab-Token did not fit")
    }
}
