import Alerts
import App
import ArgumentParser
import Camera
import Domain
import Foundation
import Incidents
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
            No alert is sent. With --config the zones, the scale and the rules of a configuration hold; --camera says \
            which camera's. A file ends by itself; stop a stream with Ctrl-C. Damaged frames are counted and not judged. \
            Of a file that breaks off, what can be read is judged; then the exit status is 3.
            """)

    @Argument(help: "A video file, or an rtsp:// or http:// address.", completion: .file())
    var input: String

    @Option(help: "A configuration with cameras and rules.", completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Option(help: "The camera of the configuration whose zones and scale hold. Default: its only one.")
    var camera: String?

    @Option(help: "The user name for a stream.")
    var username: String?

    @Option(help: "A file with the password for a stream, so that it shows up in no process list.", completion: .file())
    var passwordFile: String?

    @Option(help: "The folder for clips.", completion: .directory)
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
        let configuration = try ConfigurationOption.load(config)
        var settings = try settings(configuration)
        settings.explains = explain
        let networks = motionOnly ? nil : try await model.loadToProve(isQuiet: true)
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
            settings: settings, configuration: configuration, family: networks?.family,
            retracer: networks?.retracer, logger: Logger(label: "aislewatch"),
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
                "warning: damaged and not judged: \(end.damagedFrames) of \(end.frames) "
                    + "frame\(end.frames == 1 ? "" : "s"); what happened in them is not known")
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

/// `watch --explain`: for each second the tracks, and how near each came to each rule's thresholds in it.
final class ExplainPrinter: Sendable {
    private struct Key: Hashable {
        var kind: String
        var name: String?
        var track: TrackID?
        var parameter: String
    }

    private struct State {
        var second: Int?
        var tracks: [TrackID: TrackSample] = [:]
        var order: [Key] = []
        var scores: [Key: RuleScore] = [:]
        var notes: Set<String> = []
    }

    private let state = Mutex(State())
    private let write: @Sendable (String) -> Void

    init(_ write: @escaping @Sendable (String) -> Void) { self.write = write }

    func note(_ output: PipelineOutput) {
        let second = Int(output.observation.time.seconds.rounded(.down))
        let text: String? = state.withLock { state in
            let finished = state.second.flatMap { $0 == second ? nil : Self.text(state, second: $0) }
            if state.second != second { state = State(second: second) }
            for track in output.observation.tracks where track.phase == .appeared || track.phase == .continued {
                state.tracks[track.id] = track.sample
            }
            if !output.observation.isWarm { state.notes.insert("learning the scene") }
            if let change = output.observation.globalChange {
                state.notes.insert("the whole picture changes (\(change.rawValue))")
            }
            for score in output.scores {
                let key = Key(
                    kind: score.kind.rawValue, name: score.ruleName, track: score.track, parameter: score.parameter)
                guard let best = state.scores[key] else {
                    state.order.append(key)
                    state.scores[key] = score
                    continue
                }
                if score.isNearer(than: best) { state.scores[key] = score }
            }
            return finished
        }
        if let text { write(text) }
    }

    /// The last second.
    func finish() {
        if let text = state.withLock({ state in state.second.map { Self.text(state, second: $0) } }) { write(text) }
    }

    private static func text(_ state: State, second: Int) -> String {
        var lines = ["\(second) s" + (state.notes.isEmpty ? "" : ": " + state.notes.sorted().joined(separator: ", "))]
        for (id, sample) in state.tracks.sorted(by: { $0.key < $1.key }) {
            let region = sample.region
            lines.append(
                "  track \(id): \(region.width) x \(region.height) at \(region.x), \(region.y), area \(Int(sample.area))"
            )
        }
        var last = ""
        for key in state.order {
            guard let score = state.scores[key] else { continue }
            let head =
                "  " + key.kind + (key.name.map { " \"\($0)\"" } ?? "") + (key.track.map { ", track \($0)" } ?? "")
            if head != last { lines.append(head) }
            last = head
            let unit = score.unit.isEmpty ? "" : " " + score.unit
            lines.append(
                "    \(score.isMet ? "+" : "-") \(score.parameter): "
                    + String(format: "%.3g", score.measured) + unit + ", threshold "
                    + String(format: "%.3g", score.threshold)
                    + unit)
        }
        return lines.joined(separator: "\n")
    }
}

/// What was seen in a video, kept for a ``SceneRecording``: rules can be tested on it without the video.
final class RecordingFile: Sendable {
    private let path: String
    private let recording: Mutex<SceneRecording>

    init(path: String, zones: [Zone]) {
        self.path = path
        recording = Mutex(SceneRecording(framesPerSecond: 0, zones: zones, observations: []))
    }

    func note(_ observation: SceneObservation, framesPerSecond: Double) {
        recording.withLock {
            $0.framesPerSecond = framesPerSecond
            $0.observations.append(observation)
        }
    }

    func write() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        do {
            try encoder.encode(recording.withLock { $0 }).write(to: URL(fileURLWithPath: path))
        } catch {
            throw CommandFailure("\(path): can't be written (\(error.localizedDescription))")
        }
    }
}
