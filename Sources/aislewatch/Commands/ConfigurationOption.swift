import ArgumentParser
import Domain
import Foundation
import Settings
import Storage

/// `--config`, for commands that read what the daemon writes.
struct ConfigurationOption: ParsableArguments {
    @Option(
        help: "The daemon's configuration: where the database and the clips lie. Default: the default places.",
        completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    /// The file's settings, or the defaults.
    func load() throws -> AislewatchConfiguration {
        try Self.load(config, purpose: .settings)
    }

    /// Reads a file and reports its mistakes one a line.
    static func load(
        _ path: String?, purpose: AislewatchConfiguration.Purpose
    ) throws -> AislewatchConfiguration {
        let environment = ProcessInfo.processInfo.environment
        guard let path else { return AislewatchConfiguration(environment: environment) }
        do {
            return try AislewatchConfiguration.load(path: path, environment: environment, purpose: purpose)
        } catch {
            for problem in error.problems { StandardError.write("error: \(problem)") }
            throw CommandFailure()
        }
    }

    /// The database, which must exist.
    func openStore(_ configuration: AislewatchConfiguration) throws -> Store {
        do {
            return try Store(
                path: configuration.storage.database.path, clock: SystemClock(), createIfMissing: false)
        } catch let error as StorageError {
            throw CommandFailure("\(error)")
        }
    }
}
