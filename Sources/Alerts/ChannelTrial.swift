public import Domain
import Foundation
public import Settings
public import Storage

/// Sends one message through one channel, now and without the outbox: is it set up right?
public struct ChannelTrial: Sendable {
    private let configuration: @Sendable () -> AislewatchConfiguration
    private let registry: ChannelRegistry
    private let store: Store?
    private let clock: any WallClock

    /// - Parameters:
    ///   - store: Where accounts and their devices stand; nil: nowhere.
    ///   - configuration: Asked anew each time: it changes while the daemon runs.
    public init(
        registry: ChannelRegistry = .standard, store: Store?, clock: any WallClock = SystemClock(),
        _ configuration: @escaping @Sendable () -> AislewatchConfiguration
    ) {
        self.configuration = configuration
        self.registry = registry
        self.store = store
        self.clock = clock
    }

    /// The configured channels with their types.
    public func channels() -> [(name: String, type: String)] {
        configuration().alerts.channels.map { ($0.name, $0.type) }
    }

    /// The recipients of a channel, one empty text where it is its own recipient; nil when there is no such channel.
    public func recipients(of channel: String) async throws -> [String]? {
        guard let channel = configuration().alerts.channels.first(where: { $0.name == channel }) else { return nil }
        let recipients = registry.recipients(of: channel)
        if case .named(let names) = recipients { return names }
        return try await store?.perform { try recipients.resolved(seeing: nil, $0) } ?? []
    }

    /// Sends a message to every recipient of a channel, until one fails.
    /// - Throws: `PortFailure.notFound` when there is no such channel.
    public func test(channel: String) async throws -> TestOutcome {
        guard let recipients = try await recipients(of: channel) else {
            throw PortFailure.notFound("there is no channel \(channel)")
        }
        if recipients.isEmpty {
            return TestOutcome(isOK: false, message: "nobody has turned messages on, on any device")
        }
        var words: Set<String> = []
        for recipient in recipients {
            do {
                words.insert(try await send(channel: channel, recipient: recipient))
            } catch {
                return TestOutcome(isOK: false, message: "\(error)")
            }
        }
        return TestOutcome(isOK: true, message: words.sorted().joined(separator: ", "))
    }

    /// - Returns: What happened, in words.
    /// - Throws: Why it was not taken, one line without secrets; or what is wrong with the text file.
    public func send(channel name: String, recipient: String) async throws -> String {
        var configuration = configuration()
        configuration.alerts.channels = configuration.alerts.channels.map(registry.forTrial)
        let channels = try AlertChannels(configuration, registry: registry, store: store, clock: clock)
        guard let channel = channels.channels.first(where: { $0.name == name }) else { return "" }
        let now = clock.now()
        let key = Data.random(count: 8).hexadecimal
        let message = OutboxMessage(
            id: 0, idempotencyKey: key, incident: nil,
            alert: PlannedAlert(
                channel: name, recipient: recipient, text: channels.texts.trial(channel: name, at: now), purpose: .test),
            state: .pending, attempts: 0, createdAt: now, nextAttemptAt: now)
        let connected = channel as? any ConnectedChannel
        try await connected?.open()
        let delivery = AlertDelivery(message: message, subject: channels.texts.subject(message, nil))
        let sending: Result<AlertReceipt, AlertError>
        do { sending = .success(try await channel.send(delivery)) } catch { sending = .failure(error) }
        await connected?.close()
        guard case .queued(let id) = try sending.get() else { return "taken" }
        // The provider has only queued it: a few seconds show most mistakes.
        for seconds in [1.0, 2, 3, 4] {
            try await clock.sleep(seconds: seconds)
            switch try await channel.state(of: id) {
            case .delivered: return "delivered"
            case .failed(let reason): throw AlertError.permanent(reason: reason)
            case .underway: continue
            }
        }
        return "queued by the provider; not delivered yet"
    }
}
