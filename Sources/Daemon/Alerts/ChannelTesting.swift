import Domain
import Settings

/// Tries a channel for the pages.
struct ChannelTesting: ChannelTester {
    let running: RunningConfiguration
    let clock: any WallClock

    func channels() -> [(name: String, type: String)] {
        running.current.alerts.channels.map { ($0.name, $0.type) }
    }

    func test(channel: String) async throws -> TestOutcome {
        let trial = try ChannelTrial(running.current, clock: clock)
        let recipients = trial.recipients(of: channel)
        guard !recipients.isEmpty else { throw PortFailure.notFound("there is no channel \(channel)") }
        var words: [String] = []
        for recipient in recipients {
            do {
                words.append(try await trial.send(channel: channel, recipient: recipient))
            } catch {
                return TestOutcome(isOK: false, message: "\(error)")
            }
        }
        return TestOutcome(isOK: true, message: Set(words).sorted().joined(separator: ", "))
    }
}
