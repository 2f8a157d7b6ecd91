import ArgumentParser

/// `eval incidents|masks|clicks DIR`: figures against labels.
struct EvalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Measure against labelled clips, videos with masks, or pictures with masks.",
        subcommands: [EvalIncidentsCommand.self, EvalMasksCommand.self, EvalClicksCommand.self])
}
