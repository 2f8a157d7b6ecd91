public import Domain

/// What a commit changed.
public struct CommitResult: Hashable, Sendable {
    /// Messages that this commit put into the outbox.
    public var newAlerts: [OutboxMessage]
    /// Whether the incident was not in the database before.
    public var isNewIncident: Bool

    public init(newAlerts: [OutboxMessage], isNewIncident: Bool) {
        self.newAlerts = newAlerts
        self.isNewIncident = isNewIncident
    }
}
