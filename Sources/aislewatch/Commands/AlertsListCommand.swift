import ArgumentParser
import Domain
import Foundation
import Storage

/// `alerts list`: how each channel stands, then the newest messages.
struct AlertsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "How each channel stands, and the newest messages.",
        discussion: """
            States: pending (waits for its next attempt), sent (the provider has it), dead (refused for good or given up; \
            see "alerts retry"), cancelled (not needed any more). Recipients are shown by their last characters.
            """)

    @OptionGroup var place: ConfigurationOption

    @Option(help: "Only messages in this state: pending, sent, dead or cancelled.")
    var state: String?

    @Option(help: "At most so many messages.")
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
