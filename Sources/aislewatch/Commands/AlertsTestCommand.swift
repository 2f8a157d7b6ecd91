import Alerts
import ArgumentParser
import Foundation

/// `alerts test CHANNEL`: does a message get through?
struct AlertsTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Send a message through a channel, now, and say what became of it.",
        discussion: """
            Works without the daemon and goes past the outbox. "aislewatch drill CAMERA" tries the whole chain instead.
            """)

    @OptionGroup var place: ConfigurationOption

    @Argument(help: "The channel's name in the configuration.")
    var channel: String

    @Option(help: "Only to this recipient of the channel.")
    var to: String?

    func run() async throws {
        let configuration = try place.load()
        let trial = ChannelTrial { configuration }
        var recipients = trial.recipients(of: channel)
        guard !recipients.isEmpty else {
            let known = trial.channels().map(\.name)
            let names = known.isEmpty ? "there are none" : known.joined(separator: ", ")
            throw CommandFailure("there is no channel \"\(channel)\" in the configuration; channels: \(names)")
        }
        if let to {
            guard recipients.contains(to) else { throw CommandFailure("\(to) is no recipient of \(channel)") }
            recipients = [to]
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
