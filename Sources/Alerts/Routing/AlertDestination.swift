/// A channel and those who get messages through it.
public struct AlertDestination: Hashable, Sendable {
    /// The channel's name in the configuration.
    public var channel: String
    /// Telephone numbers; one empty recipient where the channel is its own (a webhook).
    public var recipients: [String]

    public init(channel: String, recipients: [String] = [""]) {
        self.channel = channel
        self.recipients = recipients
    }
}
