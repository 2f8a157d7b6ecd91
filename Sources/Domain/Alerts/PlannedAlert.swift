public import Foundation

/// A message that the router decided to send, as the outbox keeps it.
public struct PlannedAlert: Hashable, Sendable, Codable {
    /// The channel's name in the configuration.
    public var channel: String
    /// A telephone number, an address, a chat; empty where the channel is its own recipient (a webhook).
    public var recipient: String
    /// The text to send; a JSON document for channels that publish those (MQTT).
    public var text: String
    public var purpose: AlertPurpose
    /// Not before this moment; nil: at once. Until then it holds up no other message of its recipient.
    public var dueAt: Date?

    public init(
        channel: String, recipient: String, text: String, purpose: AlertPurpose = .incident, dueAt: Date? = nil
    ) {
        self.channel = channel
        self.recipient = recipient
        self.text = text
        self.purpose = purpose
        self.dueAt = dueAt
    }
}
