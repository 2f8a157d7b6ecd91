import Alerts
import App
import ArgumentParser
import Camera
import Domain
import Foundation
import Logging
import Media
import ServiceLifecycle
import Settings
import Synchronization

/// `watch INPUT`: looks for incidents in a file or a stream.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Look for incidents in a video file or a camera's stream, and keep their clips.",
        discussion: """
            Examples:
              aislewatch watch aisle.mp4
              aislewatch watch rtsp://192.0.2.7/stream1 --username viewer --password-file cam.txt
            Nobody is alerted. With --config the zones, the scale and the rules of a configuration hold; --camera says \
            which camera's. A file ends by itself; stop a stream with Ctrl-C. Damaged frames are not judged but counted. Of a \
            file that breaks off, what can be read is judged; then the exit status is 3.
            """)

    @Argument(help: "A video file, or an rtsp:// or http:// address.", completion: .file())
    var input: String

    @Option(help: "A configuration with cameras and rules.", completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Option(help: "The camera of the configuration whose zones and scale hold. Default: its only one.")
    var camera: String?

    @Option(help: "User name for a stream.")
    var username: String?

    @Option(help: "A file with the password for a stream, so that it shows up in no process list.", completion: .file())
    var passwordFile: String?

    @Option(help: "Where clips go.", completion: .directory)
    var clips = "aislewatch-clips"

    @Flag(help: "Keep no clips.")
    var noClips = false

    @Option(help: "For files: fast or real-time.")
    var pace: Pace = .fast

    @OptionGroup var shape: DisplayAspectOption

    @Flag(help: "Judge by motion alone, without the network.")
    var motionOnly = false

    @Option(help: "Write what was seen (tracks over time) to this JSON file.", completion: .file(extensions: ["json"]))
    var record: String?

    @Flag(help: "Print for each second the tracks and what the rules measured, beside their thresholds.")
    var explain = false

    @OptionGroup var model: ModelOption

    @Flag(help: "Print one JSON object a line for each step of an incident.")
    var json = false

    func run() async throws {
        let configuration = try ConfigurationOption.load(config, purpose: .settings)
        var settings = try settings(configuration)
        settings.explains = explain
        let family = motionOnly ? nil : try await model.load()
        // Standard error belongs to the progress bar; only what matters is said there.
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = .warning
            return handler
        }
        let recording = record.map { RecordingFile(path: $0, zones: settings.zones) }
        let reporter = EvaluationReporter("watching")
        let explainer = explain ? ExplainPrinter { print($0) } : nil
        let json = json
        let count = Mutex(0)
        let end = Mutex<WatchEnd?>(nil)
        let run = WatchRun(
            settings: settings, configuration: configuration, family: family, logger: Logger(label: "aislewatch"),
            text: { [name = settings.cameraName] incident in
                IncidentText.text(incident, cameraName: name, link: nil, timeZone: configuration.site.timeZone)
            },
            onEvent: { event in
                if json {
                    try JSONOutput.write(event)
                } else if case .new = event.event {
                    reporter.finish()
                    count.withLock { $0 += 1 }
                    print(Self.line(event))
                }
            },
            onFrame: { output, info in
                recording?.note(output.observation, framesPerSecond: info.framesPerSecond)
                let seconds = output.observation.time.seconds
                if let explainer { return explainer.note(output) }
                reporter.note(
                    fraction: info.durationSeconds.map { seconds / $0 }, detail: String(format: "%.1f s", seconds))
            },
            onEnd: { seen in end.withLock { $0 = seen } })
        try await CommandFailure.wrapping {
            let group = ServiceGroupConfiguration(
                services: [.init(service: run, successTerminationBehavior: .gracefullyShutdownGroup)],
                gracefulShutdownSignals: [.sigint, .sigterm], logger: Logger(label: "aislewatch"))
            try await ServiceGroup(configuration: group).run()
        }
        reporter.finish()
        explainer?.finish()
        try recording?.write()
        if !json, count.withLock({ $0 }) == 0 { print("Nothing happened.") }
        if let end = end.withLock({ $0 }) { try Self.report(end) }
    }

    /// What kept it from seeing more, on standard error.
    private static func report(_ end: WatchEnd) throws {
        if end.damagedFrames > 0 {
            StandardError.write(
                "warning: \(end.damagedFrames) of \(end.frames) frames are damaged and were not judged; what happened in them is not known"
            )
        }
        if end.isTooSlowForFalls, let rate = end.framesPerSecond {
            StandardError.write(
                "warning: at \(String(format: "%.1f", rate)) frames a second nothing fast can be seen: falling objects, toppling stacks, "
                    + "near misses and people who fall are missed. Spills, objects left or removed, marked objects, people in "
                    + "zones and a camera that was tampered with can be seen.")
        }
        if let fileBreak = end.fileBreak { throw CommandFailure.breaksOff(fileBreak) }
    }

    private static func line(_ event: WatchEvent) -> String {
        let incident = event.event.incident
        let clips = event.clips.isEmpty ? "" : "  [\(event.clips.joined(separator: ", "))]"
        return String(format: "%7.2f s  ", incident.start.seconds) + "\(incident.kind.rawValue): \(event.text)\(clips)"
    }

    private func settings(_ configuration: AislewatchConfiguration) throws -> WatchSettings {
        var password: String?
        if let passwordFile {
            guard let text = try? String(contentsOfFile: passwordFile, encoding: .utf8) else {
                throw CommandFailure("\(passwordFile): the password file can't be read; check its path and permissions")
            }
            password = text.trimmingCharacters(in: .newlines)
        }
        let known = try chosenCamera(configuration)
        let stem = ((input as NSString).lastPathComponent as NSString).deletingPathExtension
        let name = String(stem.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }.prefix(64))
        let fallback = CameraID(rawValue: String(name.drop { $0 == "-" }))
        guard let id = known?.id ?? fallback ?? CameraID(rawValue: "camera") else {
            throw CommandFailure("no camera id")
        }
        var settings = WatchSettings(
            input: SourceOptions(
                url: input, username: username, password: password,
                displayAspect: shape.displayAspect?.ratio ?? known?.displayAspect), pace: pace, camera: id,
            cameraName: known?.name ?? id.rawValue, zones: known?.zones ?? [],
            pictureHeightMetres: known?.pictureHeightMetres,
            clipFolder: noClips ? nil : URL(fileURLWithPath: clips))
        settings.calibration = known?.calibration
        return settings
    }

    private func chosenCamera(_ configuration: AislewatchConfiguration) throws -> CameraConfiguration? {
        guard let camera else { return configuration.cameras.count == 1 ? configuration.cameras.first : nil }
        guard let found = configuration.cameras.first(where: { $0.id.rawValue == camera }) else {
            let known = configuration.cameras.map(\.id.rawValue).joined(separator: ", ")
            throw CommandFailure("there is no camera \(camera) in the configuration; cameras: \(known)")
        }
        return found
    }
}
