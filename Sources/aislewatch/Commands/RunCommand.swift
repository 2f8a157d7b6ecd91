import App
import ArgumentParser
import Foundation
import Glibc
import Logging
import Settings

/// `run --config FILE`: the daemon.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Watch all configured cameras until stopped.",
        discussion: """
            Stops at SIGTERM or Ctrl-C; clips that are being recorded are closed properly first. SIGHUP reads the \
            configuration anew: one with mistakes is refused, and only what changed starts again. Under systemd use \
            systemd/aislewatch.service, which watches this process's signs of life.
            """)

    @Option(help: "The configuration; configs/aislewatch.yaml is the commented example.", completion: .file())
    var config: String

    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel: Logger.Level = .info

    func run() async throws {
        let configuration = try ConfigurationOption.load(config, purpose: .run)
        let level = logLevel
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        // Until the daemon is up there is nothing to close.
        signal(SIGTERM) { _ in _exit(0) }
        // And nothing to read anew.
        signal(SIGHUP, SIG_IGN)
        let daemon = AislewatchDaemon(
            configuration: configuration, configurationFile: URL(filePath: config),
            environment: ProcessInfo.processInfo.environment,
            logger: Logger(label: "aislewatch"), onStopping: { Self.endSoon() })
        try await CommandFailure.wrapping { try await daemon.run() }
        // All is closed. Libraries that still have threads must not be taken down under them.
        _exit(0)
    }

    /// Ends the process in time whatever hangs: a disk, a database, a network. Clips that are still open then are put right
    /// at the next start.
    private static func endSoon() {
        let thread = Thread {
            Thread.sleep(forTimeInterval: AislewatchDaemon.shutdownSeconds - marginSeconds)
            Logger(label: "aislewatch").critical("something hangs at the end; the process ends without it")
            _exit(0)
        }
        thread.start()
    }

    /// For the end itself.
    private static let marginSeconds = 0.3
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
