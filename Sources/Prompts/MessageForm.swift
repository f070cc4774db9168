/// The API of OpenAI in whose form a prompt's messages and parameters are written.
package enum MessageForm: Sendable, Hashable {
    /// `messages` of chat completions.
    case chat
    /// Items of `input` of the Responses API.
    case responses
}
