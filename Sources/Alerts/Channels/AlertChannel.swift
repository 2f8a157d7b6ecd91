public import Domain

/// A way to reach people.
public protocol AlertChannel: Sendable {
    /// The channel's name in the configuration.
    var name: String { get }

    /// Returns when the provider has taken the message.
    func send(_ delivery: AlertDelivery) async throws(AlertError) -> AlertReceipt

    /// Whether an earlier attempt of unknown outcome went out after all; nil where the channel can't tell and the
    /// receiver is trusted to drop a repetition by its idempotency key.
    func wasSent(_ message: OutboxMessage) async throws(AlertError) -> Bool?

    /// What became of a message that the provider had only queued.
    func state(of providerID: String) async throws(AlertError) -> DeliveryState
}

extension AlertChannel {
    public func wasSent(_ message: OutboxMessage) async throws(AlertError) -> Bool? { nil }

    public func state(of providerID: String) async throws(AlertError) -> DeliveryState { .delivered }
}
