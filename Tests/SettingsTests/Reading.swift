import Alerts
import Foundation
import Testing

@testable import Settings

/// One camera, the least that is needed.
let oneCamera = """
    cameras:
      - id: dock
        url: rtsp://192.0.2.10/stream1

    """

/// What the program has.
let known = AislewatchConfiguration.KnownTypes(
    channels: ChannelRegistry.standard.types, modelFamilies: ["compact"])

/// Reads a text as the file `site.yaml` in a folder that doesn't matter.
func parse(
    _ text: String, environment: [String: String] = [:], isReadableByOthers: Bool = false
) throws(ConfigurationErrors) -> AislewatchConfiguration {
    try AislewatchConfiguration.parse(
        text, file: "site.yaml", environment: environment, baseDirectory: URL(filePath: "/etc/aislewatch/"),
        isReadableByOthers: isReadableByOthers, known: known)
}

/// The messages for a text that must be refused.
func messages(
    _ text: String, environment: [String: String] = [:], sourceLocation: SourceLocation = #_sourceLocation
) -> [String] {
    do {
        _ = try parse(text, environment: environment)
        Issue.record("was accepted", sourceLocation: sourceLocation)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}
