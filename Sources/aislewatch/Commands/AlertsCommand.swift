import Alerts
import ArgumentParser
import Domain
import Foundation
import Storage

/// `alerts list|retry|test`: what goes out to people.
struct AlertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts",
        abstract: "List messages and how each channel stands, try dead ones again, or try a channel.",
        subcommands: [AlertsListCommand.self, AlertsRetryCommand.self, AlertsTestCommand.self])
}

/// `alerts list`: how each channel stands, then the newest messages.
struct AlertsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Print the state of each channel, and the newest messages.",
        discussion: """
            States: pending (waits for its next attempt), sent (the provider has it), dead (refused for good or given up; \
            see "alerts retry"), cancelled (not needed any more). Recipients are shown by their last characters.
            """)

    @OptionGroup var place: ConfigurationOption

    @Option(help: "Only messages in this state: pending, sent, dead or cancelled.")
    var state: String?

    @Option(help: "Print at most this many messages.")
    var limit = 20

    @Flag(help: "Print one JSON object a line: the channels first, then the messages.")
    var json = false

    func validate() throws {
        if let state, OutboxMessage.State(rawValue: state) == nil {
            let known = OutboxMessage.State.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("there is no state \"\(state)\"; states: \(known)")
        }
        if limit < 1 { throw ValidationError("--limit must be at least 1") }
    }

    func run() throws {
        let configuration = try place.load()
        let store = try place.openStore(configuration)
        let channels = try store.blocking.outboxSummaries()
        let messages = try store.blocking.messages(in: state.flatMap(OutboxMessage.State.init(rawValue:)), limit: limit)
        if json {
            for channel in channels { try JSONOutput.write(channel) }
            for message in messages { try JSONOutput.write(Row(message)) }
            return
        }
        guard !channels.isEmpty else {
            print("No messages.")
            return
        }
        let times = LocalTimes(configuration.site.timeZone)
        var table = TextTable([
            ("channel", .left), ("waiting", .right), ("dead", .right), ("since", .left), ("last sent", .left),
            ("last error", .left),
        ])
        for channel in channels {
            table.add([
                channel.channel, "\(channel.waiting)", "\(channel.dead)",
                channel.waitingSince.map(times.dateAndTime) ?? "", channel.lastSentAt.map(times.dateAndTime) ?? "",
                channel.lastError ?? "",
            ])
        }
        print(table.rendered() + "\n")
        print(Self.table(messages, times).rendered())
    }

    private static func table(_ messages: [OutboxMessage], _ times: LocalTimes) -> TextTable {
        var table = TextTable([
            ("message", .right), ("planned", .left), ("channel", .left), ("to", .left), ("why", .left),
            ("state", .left), ("attempts", .right), ("what it says, or why it failed", .left),
        ])
        for message in messages {
            let row = Row(message)
            let state = message.delivery.map { "\(message.state.rawValue), \($0)" } ?? message.state.rawValue
            table.add([
                "\(message.id)", times.dateAndTime(message.createdAt), message.alert.channel, row.recipient,
                message.alert.purpose.name, state, "\(message.attempts)", message.lastError ?? row.text,
            ])
        }
        return table
    }

    /// A message without its link and with a recipient that can be recognised but not read.
    private struct Row: Encodable {
        var id: Int64
        var key: String
        var incident: String?
        var channel: String
        var recipient: String
        var purpose: String
        var state: String
        var delivery: String?
        var attempts: Int
        var planned: Date
        var sent: Date?
        var next_attempt: Date?
        var last_error: String?
        var text: String

        init(_ message: OutboxMessage) {
            id = message.id
            key = message.idempotencyKey
            incident = message.incident?.rawValue
            channel = message.alert.channel
            let to = message.alert.recipient
            recipient = to.count > 4 ? "…" + to.suffix(4) : to
            purpose = message.alert.purpose.name
            state = message.state.rawValue
            delivery = message.delivery
            attempts = message.attempts
            planned = message.createdAt
            sent = message.sentAt
            next_attempt = message.state == .pending ? message.nextAttemptAt : nil
            last_error = message.lastError
            if message.alert.text.hasPrefix("{") {
                text = "(a document of \(message.alert.text.utf8.count) bytes)"
                return
            }
            // The link opens the page without a password.
            text = message.alert.text.split(separator: " ").filter { !$0.contains("://") }.joined(separator: " ")
        }
    }
}

/// `alerts retry`: dead messages get another chance.
struct AlertsRetryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Try dead messages again, or waiting ones at once.",
        discussion: "The running daemon sends them; without one they wait for its next start.")

    @OptionGroup var place: ConfigurationOption

    @Argument(help: "Numbers of messages, as \"alerts list\" shows them.")
    var messages: [Int64] = []

    @Flag(help: "Retry all dead messages.")
    var dead = false

    func validate() throws {
        if messages.isEmpty != dead { throw ValidationError("name messages by their numbers, or say --dead") }
    }

    func run() throws {
        let store = try place.openStore(try place.load())
        let numbers = dead ? try store.blocking.messages(in: .dead, limit: 10_000).map(\.id).sorted() : messages
        var missing: [Int64] = []
        for number in numbers where try !store.blocking.retry(number) { missing.append(number) }
        let count = numbers.count - missing.count
        if count > 0 { _ = try store.blocking.request(.wake) }
        print("\(count) message\(count == 1 ? "" : "s") will be tried again.")
        if !missing.isEmpty {
            let list = missing.map { "\($0)" }.joined(separator: ", ")
            throw CommandFailure("not found, already sent or not needed any more: \(list)")
        }
    }
}

/// `alerts test CHANNEL`: does a message get through?
struct AlertsTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Send a message through a channel, now, and say what became of it.",
        discussion: """
            Works without the daemon and does not use the outbox. "aislewatch drill CAMERA" tries the whole chain instead.
            """)

    @OptionGroup var place: ConfigurationOption

    @Argument(help: "The channel's name in the configuration.")
    var channel: String

    @Option(help: "Send only to this recipient of the channel.")
    var to: String?

    func run() async throws {
        let configuration = try place.load()
        // Only devices stand in it: the other channels are tried before the daemon has ever run.
        let store = try? await BlockingWork.shared.run { [place] in try place.openStore(configuration) }
        let trial = ChannelTrial(store: store) { configuration }
        guard var recipients = try await trial.recipients(of: channel) else {
            let known = trial.channels().map(\.name)
            let names = known.isEmpty ? "there are none" : known.joined(separator: ", ")
            throw CommandFailure("there is no channel \"\(channel)\" in the configuration; channels: \(names)")
        }
        if let to {
            guard recipients.contains(to) else { throw CommandFailure("\(to) is no recipient of \(channel)") }
            recipients = [to]
        }
        guard !recipients.isEmpty else {
            throw CommandFailure("nobody has turned messages on, on any device (see the page \"Account\")")
        }
        var hasFailed = false
        for recipient in recipients {
            let label = recipient.isEmpty ? channel : "\(channel), \(recipient)"
            do {
                print("\(label): \(try await trial.send(channel: channel, recipient: recipient))")
            } catch {
                StandardError.write("error: \(label): \(error)")
                hasFailed = true
            }
        }
        if hasFailed { throw CommandFailure() }
    }
}
