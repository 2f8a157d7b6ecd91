import App
import ArgumentParser

/// The root of the command line.
struct Aislewatch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aislewatch",
        abstract: "Watches warehouse cameras, keeps only what happened, and texts a person at once.",
        discussion: """
            First steps:
              aislewatch watch clip.mp4                 look for incidents in a file or a camera's stream
              aislewatch track clip.mp4 --click 320,180@1.5 --out overlay.mp4
                                                        click an object, see it followed
              aislewatch check-config aislewatch.yaml   is the configuration right?
              aislewatch run --config aislewatch.yaml   watch all cameras until stopped

            Exit status: 0 ok, 1 failed, 2 bad usage, 3 a video file breaks off (what could be read was judged).
            """,
        version: AislewatchDaemon.version,
        subcommands: [
            RunCommand.self, WatchCommand.self, TrackCommand.self, SegmentCommand.self, CheckConfigCommand.self,
            IncidentsCommand.self, AlertsCommand.self, AcknowledgeCommand.self, SnoozeCommand.self, DrillCommand.self,
            CheckCommand.self, ExportCommand.self, BackupCommand.self, RestoreCommand.self, EvalCommand.self,
            CalibrateCommand.self, TuneCommand.self, UserCommand.self,
        ])
}
