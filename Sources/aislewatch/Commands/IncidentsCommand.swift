import ArgumentParser

/// `incidents list|show`: what the database holds.
struct IncidentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incidents",
        abstract: "List incidents, or show one with its clips, its evidence and its messages.",
        subcommands: [IncidentsListCommand.self, IncidentsShowCommand.self])
}
