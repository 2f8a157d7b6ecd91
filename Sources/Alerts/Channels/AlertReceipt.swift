/// What a provider answered to a message that it took.
public enum AlertReceipt: Hashable, Sendable {
    /// It is where it should be.
    case delivered
    /// It waits at the provider under this name; ask later what became of it.
    case queued(providerID: String)
}

/// What became of a message that a provider had queued.
public enum DeliveryState: Hashable, Sendable {
    case underway
    case delivered
    /// It will never arrive.
    case failed(reason: String)
}
