import Alerts
import Foundation
public import Settings
import Vision

/// Reading with all that this program has.
extension AislewatchConfiguration {
    /// Reads and checks a file.
    /// - Throws: All mistakes at once.
    public static func load(
        path: String, environment: [String: String], purpose: Purpose = .run
    ) throws(ConfigurationErrors) -> AislewatchConfiguration {
        try load(path: path, environment: environment, purpose: purpose, known: .program)
    }

    /// Reads and checks a text as if it were the content of `file`.
    static func parse(
        _ text: String, file: String, environment: [String: String] = [:], baseDirectory: URL,
        isReadableByOthers: Bool = false, purpose: Purpose = .run
    ) throws(ConfigurationErrors) -> AislewatchConfiguration {
        try parse(
            text, file: file, environment: environment, baseDirectory: baseDirectory,
            isReadableByOthers: isReadableByOthers, purpose: purpose, known: .program)
    }
}

extension AislewatchConfiguration.KnownTypes {
    /// What this program has.
    static let program = Self(channels: ChannelRegistry.standard.types, modelFamilies: ModelRegistry.standard.names)
}
