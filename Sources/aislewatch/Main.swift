import App
import ArgumentParser
import Foundation
import Media

/// The entry point, on the main thread, which may wait for a disk: runs the command and maps its outcome to the exit status
/// 0 (ok), 1 (failed), 2 (bad usage) or 3 (a file breaks off).
@main
struct Main {
    @MainActor static func main() async {
        do {
            var command = try Aislewatch.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            leave(after: error)
        }
    }

    private static func leave(after error: any Error) -> Never {
        if let failure = error as? CommandFailure {
            if !failure.message.isEmpty { StandardError.write("error: \(failure.message)") }
            exit(failure.status)
        }
        switch Aislewatch.exitCode(for: error) {
        case .success:
            // `--help` and `--version` arrive as errors too.
            print(Aislewatch.fullMessage(for: error))
            exit(0)
        case .validationFailure:
            StandardError.write(Aislewatch.fullMessage(for: error))
            exit(2)
        default:
            StandardError.write("error: \(error)")
            exit(1)
        }
    }
}

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
              aislewatch run                            watch all cameras until stopped; it says where the page is on which
                                                        they are set up
              aislewatch check-config aislewatch.yaml   is a configuration right?

            Exit status: 0 ok, 1 failed, 2 bad usage, 3 a video file breaks off (what could be read was judged).
            """,
        version: AislewatchDaemon.version,
        subcommands: [
            RunCommand.self, WatchCommand.self, TrackCommand.self, SegmentCommand.self, CheckConfigCommand.self,
            PlanCommand.self,
            IncidentsCommand.self, AskCommand.self, AlertsCommand.self, AcknowledgeCommand.self, SnoozeCommand.self,
            DrillCommand.self,
            CheckCommand.self, ExportCommand.self, BackupCommand.self, RestoreCommand.self, EvalCommand.self,
            CalibrateCommand.self, TuneCommand.self, UserCommand.self, ModelsCommand.self,
        ])
}

/// A command that failed: one line that says what is wrong and what to do.
struct CommandFailure: Error, CustomStringConvertible {
    /// Printed behind `error: `; nothing is printed when empty (the command has said it already).
    let message: String

    /// The exit status.
    let status: Int32

    init(_ message: String = "", status: Int32 = 1) {
        self.message = message
        self.status = status
    }

    /// A video file breaks off: what could be read was judged, and that is said.
    static func breaksOff(_ fileBreak: FileBreak) -> CommandFailure {
        StandardError.write("warning: \(fileBreak)")
        return CommandFailure(status: 3)
    }

    var description: String { message }

    /// Errors of the modules describe themselves in one line; that line is the failure's.
    static func wrapping<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure("\(error)")
        }
    }

    /// The same for what does not wait.
    static func wrapping<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure("\(error)")
        }
    }
}
