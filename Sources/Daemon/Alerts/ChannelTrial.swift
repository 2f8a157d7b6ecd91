import Alerts
public import Domain
import Foundation
import Logging
public import Settings

/// Sends one message through one channel, now and without the outbox: is it set up right?
public struct ChannelTrial: Sendable {
    private let channels: AlertChannels
    private let configuration: AislewatchConfiguration
    private let clock: any WallClock

    /// - Throws: What is wrong with the text file.
    public init(_ configuration: AislewatchConfiguration, clock: any WallClock = SystemClock()) throws {
        var configuration = configuration
        // A client of the same name as the daemon's would throw that one off the broker.
        configuration.alerts.channels = configuration.alerts.channels.map { channel in
            guard case .mqtt(var broker) = channel else { return channel }
            broker.clientID += "-try-\(UInt32.random(in: 0...UInt32.max))"
            broker.commands = false
            return .mqtt(broker)
        }
        self.configuration = configuration
        self.clock = clock
        channels = try AlertChannels(configuration, clock: clock)
    }

    /// The recipients of a channel; empty when there is no such channel, one empty text where it is its own recipient.
    public func recipients(of channel: String) -> [String] {
        configuration.alerts.channels.first { $0.name == channel }?.recipients ?? []
    }

    public var names: [String] { configuration.alerts.channels.map(\.name) }

    /// - Returns: What happened, in words.
    /// - Throws: Why it was not taken; one line without secrets.
    public func send(channel name: String, recipient: String) async throws -> String {
        guard let channel = channels.channels.first(where: { $0.name == name }) else { return "" }
        let now = clock.now()
        let key = (0..<8).map { _ in String(UInt8.random(in: 16...255), radix: 16) }.joined()
        let message = OutboxMessage(
            id: 0, idempotencyKey: key, incident: nil,
            alert: PlannedAlert(
                channel: name, recipient: recipient, text: channels.texts.trial(channel: name, at: now), purpose: .test),
            state: .pending, attempts: 0, createdAt: now, nextAttemptAt: now)
        let broker = channel as? MQTTChannel
        try await connect(broker)
        let delivery = AlertDelivery(message: message, subject: channels.texts.subject(message, nil))
        let receipt: AlertReceipt
        do {
            receipt = try await channel.send(delivery)
        } catch {
            await broker?.close()
            throw error
        }
        await broker?.close()
        guard case .queued(let id) = receipt else { return "taken" }
        // The provider has only queued it: a few seconds tell most mistakes.
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

    private func connect(_ broker: MQTTChannel?) async throws {
        guard let broker else { return }
        try broker.open()
        for _ in 0..<50 where !broker.isConnected { try await clock.sleep(seconds: 0.1) }
    }
}
