public import Foundation

/// A message in the outbox.
public struct OutboxMessage: Hashable, Sendable {
    public enum State: String, Sendable, Codable, CaseIterable {
        /// Waits for its next attempt.
        case pending
        /// Taken by the provider.
        case sent
        /// Will not be tried again: the provider refused it for good, or could not deliver it.
        case dead
        /// Not needed any more: the incident was acknowledged, or what was wrong is right again.
        case cancelled
    }

    public var id: Int64
    /// Sent along with every attempt, so that a provider or receiver can drop a repetition.
    public var idempotencyKey: String
    /// The incident that it is about; nil for messages about the installation.
    public var incident: IncidentID?
    public var alert: PlannedAlert
    public var state: State
    public var attempts: Int
    /// Whether the last attempt may have reached the provider although nobody said so: it timed out, or the process ended
    /// in the middle. Look before sending again.
    public var outcomeUnknown = false
    public var createdAt: Date
    /// Not before this moment.
    public var nextAttemptAt: Date
    public var sentAt: Date?
    /// Why the last attempt failed, without secrets.
    public var lastError: String?
    /// The provider's own name for the message, where it only queued it and must be asked what became of it.
    public var providerID: String?
    /// What the provider said last: `accepted`, `delivered` or `failed`; nil where it doesn't tell.
    public var delivery: String?
    /// When a person last had a dead message tried again.
    public var retriedAt: Date?

    public init(
        id: Int64, idempotencyKey: String, incident: IncidentID?, alert: PlannedAlert, state: State, attempts: Int,
        createdAt: Date, nextAttemptAt: Date, sentAt: Date? = nil, lastError: String? = nil
    ) {
        self.id = id
        self.idempotencyKey = idempotencyKey
        self.incident = incident
        self.alert = alert
        self.state = state
        self.attempts = attempts
        self.createdAt = createdAt
        self.nextAttemptAt = nextAttemptAt
        self.sentAt = sentAt
        self.lastError = lastError
    }

    /// From when on its age counts: a message is given up some time after it could first have been sent.
    public var waitingSince: Date { max(createdAt, alert.dueAt ?? createdAt, retriedAt ?? createdAt) }
}

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
