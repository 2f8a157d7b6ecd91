import Alerts
import App
import ArgumentParser
import Foundation
import Settings

/// `check-config [FILE]`: says what is wrong with a configuration, or what it means.
struct CheckConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Check a configuration file and say what it means.",
        discussion: """
            Prints every mistake as FILE:LINE:COLUMN with what was found and what is allowed. Secrets named by ${ENV} or \
            file: are looked up, so run it as the user and in the environment of the service.
            """)

    @Argument(
        help: "The YAML file. Default: the one that `run` uses without --config; that there is none yet is no mistake.",
        completion: .file(extensions: ["yaml", "yml"]))
    var file: String?

    @Flag(help: "Print one JSON object: ok, errors, warnings.")
    var json = false

    private struct Outcome: Encodable {
        var ok: Bool
        var errors: [String]
        var warnings: [String]
    }

    func run() throws {
        let configuration: AislewatchConfiguration
        let environment = ProcessInfo.processInfo.environment
        let place = ConfigurationPlace(environment: environment)
        let path = file ?? place.file.path(percentEncoded: false)
        if file == nil, !place.isThere {
            return try succeed(["\(path) is not there yet; `aislewatch run` makes it"]) { "ok" }
        }
        do {
            configuration = try AislewatchConfiguration.load(path: path, environment: environment)
        } catch {
            return try fail(error.problems.map(\.description))
        }
        // The texts are a file of their own, with lines and columns of its own.
        let mistakes = AlertChannels.mistakes(inTextsOf: configuration)
        guard mistakes.isEmpty else { return try fail(mistakes) }
        var warnings = configuration.warnings.map(\.description)
        if configuration.cameras.isEmpty {
            warnings.append("\(path) has no camera yet; one is added on the page, under Set-up, Cameras")
        }
        try succeed(warnings) { Self.summary(of: configuration) }
    }

    private func succeed(_ warnings: [String], summary: () -> String) throws {
        if json {
            try JSONOutput.write(Outcome(ok: true, errors: [], warnings: warnings))
            return
        }
        for warning in warnings { StandardError.write("warning: \(warning)") }
        print(summary())
    }

    private func fail(_ lines: [String]) throws {
        if json {
            try JSONOutput.write(Outcome(ok: false, errors: lines, warnings: []))
        } else {
            for line in lines { StandardError.write("error: \(line)") }
        }
        throw CommandFailure()
    }

    private static func summary(of configuration: AislewatchConfiguration) -> String {
        let count = configuration.cameras.count
        var lines = [count == 0 ? "no camera yet" : "\(count) camera\(count == 1 ? "" : "s"):"]
        for camera in configuration.cameras {
            let zones = camera.zones.isEmpty ? "none, all is floor" : camera.zones.map(\.name).joined(separator: ", ")
            lines.append("  \(camera.id): \(camera.url), zones: \(zones)")
        }
        let recording = configuration.recording
        lines.append(
            "clips: \(recording.directory.path), from \(recording.preRollSeconds) s before to "
                + "\(recording.postRollSeconds) s after an incident")
        let channels = configuration.alerts.channels.map(\.name)
        lines.append("alerts: " + (channels.isEmpty ? "none, nobody is alerted" : channels.joined(separator: ", ")))
        lines.append("page: http://\(configuration.web.host):\(configuration.web.port)")
        lines.append("ok")
        return lines.joined(separator: "\n")
    }
}
