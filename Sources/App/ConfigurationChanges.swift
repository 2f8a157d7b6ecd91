import Alerts
public import Domain
public import Foundation
import Settings
public import Web

/// The configuration file as a command changes it: checked, with its comments kept, noted in the history from which pages
/// undo, and not put into effect, since no daemon runs here.
public struct ConfigurationChanges: Sendable {
    private let file: URL
    private let environment: [String: String]

    public init(file: URL, environment: [String: String] = ProcessInfo.processInfo.environment) {
        self.file = file
        self.environment = environment
    }

    /// - Parameter by: Who is named in the history.
    /// - Returns: What changed; where the file would not be valid, nothing is saved and its problems are there.
    /// - Throws: `ConfigurationErrors` when the file is wrong already, `PortFailure` when it can't be changed.
    public func apply(_ edits: [ConfigurationEdit], by: String) async throws -> ConfigurationChange {
        let current = try AislewatchConfiguration.load(path: file.path, environment: environment)
        let editor = ConfigurationFile(
            file, environment: environment, known: .program, stateDirectory: current.storage.directory,
            started: current, check: { _ = try AlertChannels($0) }, apply: { _ in })
        return try await editor.apply(edits, revision: nil, dryRun: false, by: by)
    }
}
