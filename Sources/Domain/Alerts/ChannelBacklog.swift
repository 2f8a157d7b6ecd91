public import Foundation

/// How one channel's messages stand; for the status page, metrics and the watchdog.
public struct ChannelBacklog: Hashable, Sendable, Codable {
    /// The channel's name in the configuration.
    public var channel: String
    /// Waiting for an attempt whose time may have come; those planned for later (escalations) don't count.
    public var waiting: Int
    /// Refused for good and not seen to.
    public var dead: Int
    /// Since when the oldest of the waiting ones could have been sent.
    public var waitingSince: Date?
    public var lastSentAt: Date?
    /// Why the oldest waiting one failed last, without secrets.
    public var lastError: String?

    public init(
        channel: String, waiting: Int, dead: Int, waitingSince: Date?, lastSentAt: Date?, lastError: String?
    ) {
        self.channel = channel
        self.waiting = waiting
        self.dead = dead
        self.waitingSince = waitingSince
        self.lastSentAt = lastSentAt
        self.lastError = lastError
    }
}
