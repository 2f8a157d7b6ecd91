/// A message that the router decided to send, as the outbox keeps it.
public struct PlannedAlert: Hashable, Sendable, Codable {
    /// The channel's name in the configuration.
    public var channel: String
    /// A telephone number, or empty where the channel is its own recipient (a webhook).
    public var recipient: String
    /// The text to send.
    public var text: String

    public init(channel: String, recipient: String, text: String) {
        self.channel = channel
        self.recipient = recipient
        self.text = text
    }
}
