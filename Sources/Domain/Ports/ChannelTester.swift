/// Sends test messages, so that nobody learns from a silence that a channel was set up wrongly.
public protocol ChannelTester: Sendable {
    /// Names and types, in the order of the configuration.
    func channels() -> [(name: String, type: String)]
    /// - Returns: What the provider said, in words.
    /// - Throws: ``PortFailure/notFound(_:)``.
    func test(channel: String) async throws -> TestOutcome
}

/// Whether a try worked, in words.
public struct TestOutcome: Hashable, Sendable {
    public var isOK: Bool
    public var message: String

    public init(isOK: Bool, message: String) {
        self.isOK = isOK
        self.message = message
    }
}
