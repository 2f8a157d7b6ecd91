import ArgumentParser
import Daemon
import Foundation
import Logging
import Settings

/// `run --config FILE`: the daemon.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Watch all configured cameras until stopped.",
        discussion: """
            Stops at SIGTERM or Ctrl-C; clips that are being recorded are closed properly first. Under systemd use \
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
        let daemon = AislewatchDaemon(
            configuration: configuration, configurationFile: URL(filePath: config),
            environment: ProcessInfo.processInfo.environment,
            logger: Logger(label: "aislewatch"))
        try await CommandFailure.wrapping { try await daemon.run() }
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
