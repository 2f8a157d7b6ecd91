import Domain
import Foundation
import Incidents
import Logging
import Media
import Pipeline
import Recording
import ServiceLifecycle
import Settings
import Synchronization
import Vision

/// One camera of the daemon: keeps its stream coming, analyses it, records and announces what happens. Nothing that goes
/// wrong with it ends another camera's work, or its own.
final class CameraSupervisor: Service {
    private struct State {
        var isOnline = false
        var isStopping = false
        var feed: LiveFrameFeed?
        var pipeline: CameraPipeline?
    }

    let id: CameraID
    private let camera: CameraConfiguration
    private let rooms: CameraRooms
    private let recordedRing: PacketRing
    private let recordedSource: LiveSource
    /// The stream that is looked at; the recorded one where the camera has no second.
    private let analysedRing: PacketRing
    private let analysedSource: LiveSource
    private let bridge: StreamBridge
    private let progress: CameraProgress
    private let state = Mutex(State())

    /// Pause before a pipeline that failed (an undecodable stream) is tried again.
    private static let retrySeconds = 2.0
    /// The analysed stream's ring only bridges a decoder that is late.
    private static let analysedRingSeconds = 5.0

    init(_ camera: CameraConfiguration, rooms: CameraRooms) {
        id = camera.id
        self.camera = camera
        self.rooms = rooms
        let recording = rooms.configuration.recording
        var logger = rooms.logger
        logger[metadataKey: "camera"] = "\(camera.id)"
        let maxBytes = recording.ringMaxMegabytes << 20
        // A rule confirms some seconds after the start; by then the pre-roll must still be there.
        let ring = PacketRing(
            seconds: recording.preRollSeconds + Self.confirmationSeconds, maxBytes: maxBytes, logger: logger)
        recordedRing = ring
        recordedSource = LiveSource(
            camera: camera.id, options: SourceOptions(camera.url, of: camera, keepAudio: recording.audio), ring: ring,
            clock: rooms.clock, logger: logger)
        if let analysisURL = camera.analysisURL {
            let second = PacketRing(seconds: Self.analysedRingSeconds, maxBytes: maxBytes, logger: logger)
            analysedRing = second
            analysedSource = LiveSource(
                camera: camera.id, options: SourceOptions(analysisURL, of: camera), ring: second, clock: rooms.clock,
                logger: logger)
            bridge = StreamBridge(recorded: ring)
        } else {
            analysedRing = ring
            analysedSource = recordedSource
            bridge = StreamBridge(recorded: nil)
        }
        progress = CameraProgress(camera: camera.id, clock: rooms.clock)
    }

    /// Longest time from an incident's first sign to its confirmation that still gets the whole pre-roll.
    static let confirmationSeconds = 20.0

    /// Whether packets come in now.
    var isOnline: Bool { state.withLock { $0.isOnline } }

    /// What hangs, in words; nil while all gets on.
    var stall: String? { progress.stall(lastPacketAt: analysedSource.lastPacketAt) }

    /// What the analysis has done so far.
    var statistics: PipelineStatistics? { state.withLock { $0.pipeline }?.statistics }

    func run() async throws {
        await withGracefulShutdownHandler {
            await withTaskCancellationHandler {
                await watch()
            } onCancel: {
                stop()
            }
        } onGracefulShutdown: {
            self.stop()
        }
    }

    private func watch() async {
        let states = Task { [analysedSource] in
            for await state in analysedSource.states { note(state) }
        }
        recordedSource.start()
        if analysedSource !== recordedSource { analysedSource.start() }
        let recorder = makeRecorder()
        while !state.withLock({ $0.isStopping }) {
            await analyse(recorder)
            guard !state.withLock({ $0.isStopping }) else { break }
            try? await rooms.clock.sleep(seconds: Self.retrySeconds)
        }
        recordedRing.finish()
        await recorder.close()
        states.cancel()
    }

    /// One pipeline, until the camera is stopped or the pipeline fails.
    private func analyse(_ recorder: ClipRecorder) async {
        let configuration = rooms.configuration
        let feed = LiveFrameFeed(ring: analysedRing)
        let tracker = SceneTracker(
            settings: SceneSettings(configuration, analysisFPS: camera.analysisFPS, networkPace: .whenReady),
            family: rooms.family)
        let engine = IncidentEngine(
            settings: RuleSettings(configuration.rules),
            scene: CameraScene(
                camera: id, zones: camera.zones, pictureHeightMetres: camera.pictureHeightMetres),
            makeID: { [ids = rooms.ids] in IncidentID(rawValue: ids.next(at: $0)) })
        let pipeline = CameraPipeline(feed: feed, observer: tracker, engine: engine, clock: rooms.clock)
        let isStopping = state.withLock { state in
            state.feed = feed
            state.pipeline = pipeline
            return state.isStopping
        }
        if isStopping { feed.stop() }
        do {
            try await pipeline.run { output in
                progress.noteFrame()
                for event in output.events { await take(event, recorder) }
            }
        } catch {
            // Being told to stop is no failure.
            guard !state.withLock({ $0.isStopping }) else { return }
            rooms.logger.error("\(id): the analysis failed and begins again: \(error)")
        }
    }

    /// Database first, so that the text can leave; then the clip.
    private func take(_ event: IncidentEvent, _ recorder: ClipRecorder) async {
        do {
            let announcer = rooms.announcer
            let result = try await rooms.store.perform { _ in try announcer.commit(event) }
            if result.isNewIncident {
                rooms.logger.notice("\(id): \(announcer.text(event.incident))")
            }
        } catch {
            rooms.logger.error("\(id): an incident could not be written: \(error)")
        }
        do {
            try await recorder.handle(bridge.translate(event))
        } catch {
            rooms.logger.error("\(id): a clip could not be begun: \(error)")
        }
    }

    private func makeRecorder() -> ClipRecorder {
        let announcer = rooms.announcer
        return ClipRecorder(
            camera: id, root: rooms.configuration.recording.directory, ring: recordedRing, store: rooms.store,
            settings: RecordingSettings(rooms.configuration.recording), clock: rooms.clock,
            context: ClipContext(
                zones: camera.zones, tracks: { [weak self] in self?.tracks(from: $0, to: $1) ?? [] },
                text: { announcer.text($0) }),
            makeID: { [ids = rooms.ids] in ClipID(rawValue: ids.next(at: $0)) }, logger: rooms.logger)
    }

    private func tracks(from: MediaTime, to: MediaTime) -> [Track] {
        state.withLock { $0.pipeline }?.tracks(from: from, to: to) ?? []
    }

    private func note(_ state: LiveSource.State) {
        switch state {
        case .connecting: progress.noteConnection()
        case .online(let info, _):
            progress.noteOnline()
            self.state.withLock { $0.isOnline = true }
            rooms.logger.info("\(id): online, \(info.codecName) \(info.frameSize)")
        case .offline:
            progress.noteConnection()
            self.state.withLock { $0.isOnline = false }
        }
    }

    /// Ends at once; clips that are open are closed by `watch`.
    private func stop() {
        let feed = state.withLock { state in
            state.isStopping = true
            return state.feed
        }
        recordedSource.stop()
        analysedSource.stop()
        feed?.stop()
    }
}
