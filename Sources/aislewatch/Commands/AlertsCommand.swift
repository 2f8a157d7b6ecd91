import ArgumentParser

/// `alerts list|retry|test`: what goes out to people.
struct AlertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts",
        abstract: "List messages and how each channel stands, try dead ones again, or try a channel.",
        subcommands: [AlertsListCommand.self, AlertsRetryCommand.self, AlertsTestCommand.self])
}
