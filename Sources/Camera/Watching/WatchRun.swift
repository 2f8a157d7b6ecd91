import Domain
import Foundation
import Incidents
import Logging
import Media
import Recording
import ServiceLifecycle
import Settings
import Storage
import Synchronization
import Vision

/// Watches one file or stream and reports what happens, without alerts: the pipeline and the recorder are the daemon's own.
public struct WatchRun: Service {
    private let settings: WatchSettings
    private let configuration: AislewatchConfiguration
    private let family: (any SegmentationFamily)?
    private let retracer: Retracer?
    private let clock: any WallClock
    private let logger: Logger
    private let text: @Sendable (Incident) -> String
    private let onEvent: @Sendable (WatchEvent) throws -> Void
    private let onFrame: @Sendable (PipelineOutput, StreamInfo) throws -> Void
    private let onEnd: @Sendable (WatchEnd) -> Void

    /// - Parameters:
    ///   - family: nil judges by motion alone.
    ///   - retracer: Follows back what motion suspects; nil lets motion decide.
    ///   - text: What an alert would say of an incident.
    ///   - onEvent: Given each step of an incident, when it happens.
    ///   - onFrame: Given each analysed frame.
    ///   - onEnd: Given how the input was, when it has ended by itself or was stopped.
    public init(
        settings: WatchSettings, configuration: AislewatchConfiguration, family: (any SegmentationFamily)?,
        retracer: Retracer? = nil, clock: any WallClock = SystemClock(), logger: Logger,
        text: @escaping @Sendable (Incident) -> String,
        onEvent: @escaping @Sendable (WatchEvent) throws -> Void,
        onFrame: @escaping @Sendable (PipelineOutput, StreamInfo) throws -> Void = { _, _ in },
        onEnd: @escaping @Sendable (WatchEnd) -> Void = { _ in }
    ) {
        self.settings = settings
        self.configuration = configuration
        self.family = family
        self.retracer = retracer
        self.clock = clock
        self.logger = logger
        self.text = text
        self.onEvent = onEvent
        self.onFrame = onFrame
        self.onEnd = onEnd
    }

    /// Returns at the end of a file, or when stopped; clips are whole by then.
    public func run() async throws {
        if let folder = settings.clipFolder {
            try await BlockingWork.shared.run { try ClipFolders.checkWritable(folder) }
        }
        let source = try WatchSource(
            settings, preRollSeconds: configuration.recording.preRollSeconds, clock: clock, logger: logger)
        try await withGracefulShutdownHandler {
            try await withTaskCancellationHandler {
                try await watch(source)
            } onCancel: {
                source.stop()
            }
        } onGracefulShutdown: {
            source.stop()
        }
    }

    private func watch(_ source: WatchSource) async throws {
        let ids = MonotonicID()
        let tracker = SceneTracker(
            settings: SceneSettings(configuration, networkPace: settings.isFile ? .inStep : .whenReady), family: family)
        let engine = IncidentEngine(
            settings: configuration.rules.of(settings.camera),
            scene: CameraScene(
                camera: settings.camera, zones: settings.zones, pictureHeightMetres: settings.pictureHeightMetres,
                calibration: settings.calibration),
            makeID: { IncidentID(rawValue: ids.next(at: $0)) })
        let pipeline = CameraPipeline(
            feed: source.feed, observer: tracker, engine: engine, clock: clock,
            explains: { [explains = settings.explains] in explains },
            onScaleProblem: { [logger] in logger.warning("\($0)") },
            proving: configuration.analysis.proof ? retracer.map { makeProving($0, source) } : nil)
        let keeper = try settings.clipFolder.map { folder in
            try WatchKeeper(
                settings: settings, recording: RecordingSettings(configuration.recording), folder: folder,
                ring: source.ring, pipeline: pipeline, ids: ids, clock: clock, text: text, logger: logger)
        }
        var span: ClosedRange<Double>?
        try await pipeline.run { output in
            let seconds = output.observation.time.seconds
            span = min(span?.lowerBound ?? seconds, seconds)...max(span?.upperBound ?? seconds, seconds)
            for (incident, picture) in output.pictures { keeper?.show(picture, of: incident) }
            for event in output.events {
                let clips = await keeper?.keep(event) ?? []
                try onEvent(WatchEvent(event: event, clips: clips, text: text(event.incident)))
            }
            try onFrame(output, source.feed.info)
        }
        source.stop()
        await keeper?.finish(isFile: settings.isFile)
        let statistics = pipeline.statistics
        let frames = statistics.analysedFrames + statistics.damagedFrames
        let seconds = span.map { $0.upperBound - $0.lowerBound } ?? 0
        onEnd(
            WatchEnd(
                frames: frames, damagedFrames: statistics.damagedFrames,
                framesPerSecond: frames > 1 && seconds > 0 ? Double(frames - 1) / seconds : nil,
                fileBreak: (source.feed as? FileFrameFeed)?.fileBreak))
    }
}

extension WatchRun {
    private func makeProving(_ retracer: Retracer, _ source: WatchSource) -> Proving {
        guard settings.isFile else {
            return Proving(prover: RetraceProver(retracer, history: RingFrames(ring: source.ring)), pace: .whenReady)
        }
        let frames = KeptFrames(seconds: RetraceProver.maxVideoSeconds + 2)
        return Proving(prover: RetraceProver(retracer, history: frames), pace: .inStep)
    }
}

/// Where `watch` gets frames to analyse, and packets to record.
private struct WatchSource: Sendable {
    let feed: any FrameFeed
    let ring: PacketRing
    /// Nil for a file.
    private let camera: LiveSource?

    private static let ringBytes = 256 << 20

    init(_ settings: WatchSettings, preRollSeconds: Double, clock: any WallClock, logger: Logger) throws {
        ring = PacketRing(
            seconds: preRollSeconds + CameraSupervisor.confirmationSeconds, maxBytes: Self.ringBytes, logger: logger)
        if settings.isFile {
            camera = nil
            feed = try FileFrameFeed(settings.input, pace: settings.pace, clock: clock, ring: ring)
        } else {
            let source = LiveSource(
                camera: settings.camera, options: settings.input, ring: ring, clock: clock, logger: logger)
            source.start()
            camera = source
            feed = LiveFrameFeed(ring: ring, clock: clock, logger: logger)
        }
    }

    /// Ends the feed at once; what is in the ring can still be recorded.
    func stop() {
        feed.stop()
        camera?.stop()
        if camera != nil { ring.finish() }
    }
}

/// Keeps the clips of a `watch`. The order of writing needs a database; this one lives in a temporary folder and goes with
/// the run.
private final class WatchKeeper: Sendable {
    private let store: Store
    private let recorder: ClipRecorder
    private let databaseFolder: URL
    private let logger: Logger

    init(
        settings: WatchSettings, recording: RecordingSettings, folder: URL, ring: PacketRing, pipeline: CameraPipeline,
        ids: MonotonicID, clock: any WallClock, text: @escaping @Sendable (Incident) -> String, logger: Logger
    ) throws {
        databaseFolder = FileManager.default.temporaryDirectory.appending(path: "aislewatch-watch-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: databaseFolder, withIntermediateDirectories: true)
        store = try Store(path: databaseFolder.appending(path: "watch.sqlite").path, clock: clock)
        recorder = ClipRecorder(
            camera: settings.camera, folders: ClipFolders(root: folder, logger: logger), ring: ring, store: store,
            settings: recording, clock: clock,
            context: ClipContext(
                zones: { settings.zones }, tracks: { pipeline.tracks(from: $0, to: $1) }, text: text),
            makeID: { ClipID(rawValue: ids.next(at: $0)) }, logger: logger)
        self.logger = logger
    }

    deinit { try? FileManager.default.removeItem(at: databaseFolder) }

    /// What the poster of an incident's clip shows.
    func show(_ picture: VideoFrame, of incident: IncidentID) { recorder.show(picture, of: incident) }

    /// Begins or extends a clip.
    /// - Returns: The paths, below the clip folder, of the clips that show the incident.
    func keep(_ event: IncidentEvent) async -> [String] {
        do {
            try await store.perform { _ = try $0.commit(event) }
            try await recorder.handle(event)
            return try await store.perform { try $0.clips(of: event.incident.id).map(\.path) }
        } catch {
            logger.error("no clip of incident \(event.incident.id): \(error)")
            return []
        }
    }

    /// All clips are whole when it returns.
    /// - Parameter isFile: The packets have ended by themselves, so every clip gets all of its post-roll that there is.
    func finish(isFile: Bool) async {
        if isFile { await recorder.waitUntilDone() } else { await recorder.close() }
    }
}

/// What `watch` looks at, and how.
public struct WatchSettings: Sendable {
    /// A file's path or a stream's address, with user and password where it needs them.
    public var input: SourceOptions
    /// Files only.
    public var pace: Pace
    /// The camera whose zones and scale hold; from the configuration, or made up for the input.
    public var camera: CameraID
    public var cameraName: String
    public var zones: [Zone]
    public var pictureHeightMetres: Double?
    public var calibration: CameraCalibration?
    /// Whether each frame holds what the rules measured.
    public var explains = false
    /// Where clips go; nil keeps none.
    public var clipFolder: URL?

    public init(
        input: SourceOptions, pace: Pace = .fast, camera: CameraID, cameraName: String, zones: [Zone] = [],
        pictureHeightMetres: Double? = nil, clipFolder: URL? = nil
    ) {
        self.input = input
        self.pace = pace
        self.camera = camera
        self.cameraName = cameraName
        self.zones = zones
        self.pictureHeightMetres = pictureHeightMetres
        self.clipFolder = clipFolder
    }

    /// Whether the input is a file, which ends, and not a camera.
    public var isFile: Bool { !input.url.contains("://") || input.url.hasPrefix("file:") }
}

/// A step in the life of an incident that `watch` saw.
public struct WatchEvent: Sendable {
    public var event: IncidentEvent
    /// The clips' paths below the clip folder.
    public var clips: [String]
    /// What an alert about it would say.
    public var text: String
}

extension WatchEvent: Encodable {
    private enum Keys: String, CodingKey { case type, incident }

    private enum IncidentKeys: String, CodingKey {
        case id, camera, kind, kinds, region, clips, text
        case startSeconds = "start_s"
        case endSeconds = "end_s"
        case confirmedSeconds = "confirmed_s"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(event.type, forKey: .type)
        let incident = event.incident
        var fields = container.nestedContainer(keyedBy: IncidentKeys.self, forKey: .incident)
        try fields.encode(incident.id.rawValue, forKey: .id)
        try fields.encode(incident.camera.rawValue, forKey: .camera)
        try fields.encode(incident.kind, forKey: .kind)
        try fields.encode(incident.kinds, forKey: .kinds)
        try fields.encode(incident.start.seconds, forKey: .startSeconds)
        try fields.encode(incident.end.seconds, forKey: .endSeconds)
        try fields.encode(incident.confirmed.seconds, forKey: .confirmedSeconds)
        try fields.encode(incident.region, forKey: .region)
        try fields.encode(clips, forKey: .clips)
        try fields.encode(text, forKey: .text)
    }
}

/// How the input of a `watch` was, known at its end.
public struct WatchEnd: Sendable {
    /// All that were looked at or could have been, but for damage.
    public var frames: Int
    /// Those that were not judged, because what they show was not there.
    public var damagedFrames: Int
    /// On average; nil with fewer than two frames.
    public var framesPerSecond: Double?
    /// nil for a file that is whole, and for streams.
    public var fileBreak: FileBreak?

    /// A fall of two metres lasts 0.64 s: with fewer frames than this a second it shows in one or two, or in none.
    public static let leastFramesPerSecond = 3.0

    /// Whether falls and the like could not be seen.
    public var isTooSlowForFalls: Bool { framesPerSecond.map { $0 < Self.leastFramesPerSecond } ?? false }
}
