import App
import ArgumentParser
import Foundation
import Glibc
import Logging
import Settings

/// `run`: the daemon.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Watch all configured cameras until stopped.",
        discussion: """
            Without --config the configuration is /etc/aislewatch/aislewatch.yaml where it can be read, else \
            $XDG_CONFIG_HOME/aislewatch/aislewatch.yaml or ~/.config/aislewatch/aislewatch.yaml. Where there is none, one \
            without cameras is made (in /etc/aislewatch if that folder can be written), and the log says where the page is \
            on which all else is set up.

            Stops at SIGTERM or Ctrl-C; clips that are being recorded are closed properly first. SIGHUP reads the \
            configuration anew: one with mistakes is refused, and only what changed starts again. Under systemd use \
            systemd/aislewatch.service, which watches this process's signs of life.
            """)

    @Option(
        help: "The configuration; configs/aislewatch.yaml is the commented example. Default: see above.",
        completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel: Logger.Level = .info

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let place = ConfigurationPlace(environment: environment)
        let file = config.map { URL(filePath: $0) } ?? place.file
        let isFirst = config == nil && !place.isThere
        if isFirst { try CommandFailure.wrapping { try place.makeFile() } }
        let configuration = try ConfigurationOption.load(file.path(percentEncoded: false))
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
        let logger = Logger(label: "aislewatch")
        if isFirst {
            logger.notice("there was no configuration; made \(file.path(percentEncoded: false))")
            logger.notice(
                "the pages can be opened on this machine only, until web.host (on the page: Set-up, Site) says another address"
            )
        }
        let daemon = AislewatchDaemon(
            configuration: configuration, configurationFile: file, environment: environment, logger: logger,
            onStopping: { Self.endSoon() })
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
