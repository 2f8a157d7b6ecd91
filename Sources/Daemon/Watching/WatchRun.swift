import Alerts
import Domain
import Foundation
import Incidents
import Logging
import Media
import Pipeline
import Recording
import ServiceLifecycle
import Settings
import Storage
import Vision

/// Watches one file or stream and tells what happens, without alerts: the pipeline and the recorder are the daemon's own.
public struct WatchRun: Service {
    private let settings: WatchSettings
    private let configuration: AislewatchConfiguration
    private let family: (any SegmentationFamily)?
    private let clock: any WallClock
    private let logger: Logger
    private let onEvent: @Sendable (WatchEvent) throws -> Void
    private let onFrame: @Sendable (PipelineOutput, StreamInfo) throws -> Void
    private let onEnd: @Sendable (WatchEnd) -> Void

    /// - Parameters:
    ///   - family: nil judges by motion alone.
    ///   - onEvent: Told each step of an incident, when it happens.
    ///   - onFrame: Told each analysed frame.
    ///   - onEnd: Told how the input was, when it has ended by itself or was stopped.
    public init(
        settings: WatchSettings, configuration: AislewatchConfiguration, family: (any SegmentationFamily)?,
        clock: any WallClock = SystemClock(), logger: Logger,
        onEvent: @escaping @Sendable (WatchEvent) throws -> Void,
        onFrame: @escaping @Sendable (PipelineOutput, StreamInfo) throws -> Void = { _, _ in },
        onEnd: @escaping @Sendable (WatchEnd) -> Void = { _ in }
    ) {
        self.settings = settings
        self.configuration = configuration
        self.family = family
        self.clock = clock
        self.logger = logger
        self.onEvent = onEvent
        self.onFrame = onFrame
        self.onEnd = onEnd
    }

    /// Returns at the end of a file, or when told to stop; clips are whole by then.
    public func run() async throws {
        if let folder = settings.clipFolder { try ClipFolder.checkWritable(folder) }
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
            settings: RuleSettings(configuration.rules, camera: settings.camera),
            scene: CameraScene(
                camera: settings.camera, zones: settings.zones, pictureHeightMetres: settings.pictureHeightMetres,
                calibration: settings.calibration),
            makeID: { IncidentID(rawValue: ids.next(at: $0)) })
        let pipeline = CameraPipeline(
            feed: source.feed, observer: tracker, engine: engine, clock: clock,
            explains: { [explains = settings.explains] in explains })
        let keeper = try settings.clipFolder.map { folder in
            try WatchKeeper(
                settings: settings, recording: RecordingSettings(configuration.recording), folder: folder,
                ring: source.ring, pipeline: pipeline, ids: ids, clock: clock, text: text, logger: logger)
        }
        var span: ClosedRange<Double>?
        try await pipeline.run { output in
            let seconds = output.observation.time.seconds
            span = min(span?.lowerBound ?? seconds, seconds)...max(span?.upperBound ?? seconds, seconds)
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

    private func text(_ incident: Incident) -> String {
        IncidentText.text(
            incident, cameraName: settings.cameraName, link: nil, timeZone: configuration.site.timeZone)
    }
}
