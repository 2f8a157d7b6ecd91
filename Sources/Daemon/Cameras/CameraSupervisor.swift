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
        var camera: CameraConfiguration
        /// Counts changes of the configuration, so that one during a start isn't lost.
        var changes = 0
        /// The analysis was ended in order to begin with other settings.
        var beginsAnew = false
        var isOnline = false
        var isStopping = false
        var feed: LiveFrameFeed?
        var pipeline: CameraPipeline?
        var recorder: ClipRecorder?
    }

    let id: CameraID
    let rooms: CameraRooms
    let recordedRing: PacketRing
    /// What pages see of it.
    let window: CameraWindow
    private let recordedSource: LiveSource
    /// The stream that is looked at; the recorded one where the camera has no second.
    let analysedRing: PacketRing
    private let analysedSource: LiveSource
    let bridge: StreamBridge
    private let suppressionBook = SuppressionBook()
    private let progress: CameraProgress
    let pictureChange: PictureChange
    private let ledger: IncidentLedger
    private let state: Mutex<State>

    /// Pause before a pipeline that failed (an undecodable stream) is tried again.
    private static let retrySeconds = 2.0
    /// How soon a suppression that a person makes or takes back holds.
    private static let suppressionSeconds = 2.0
    /// The analysed stream's ring only bridges a decoder that is late.
    private static let analysedRingSeconds = 5.0

    init(_ camera: CameraConfiguration, rooms: CameraRooms) {
        id = camera.id
        state = Mutex(State(camera: camera))
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
        window = CameraWindow(camera: camera, recorded: recordedRing, analysed: analysedRing, clock: rooms.clock)
        pictureChange = PictureChange(clock: rooms.clock)
        ledger = IncidentLedger(
            camera: camera.id, clock: rooms.clock, notices: rooms.notices, logger: logger
        ) { [store = rooms.store, alerts = rooms.alerts, verification = rooms.verification] event in
            if let verification { return try await verification.take(event) }
            return try await store.perform { _ in try alerts.announcer.commit(event) }
        }
    }

    /// Longest time from an incident's first sign to its confirmation that still gets the whole pre-roll.
    static let confirmationSeconds = 20.0

    /// As it is configured now.
    var camera: CameraConfiguration { state.withLock { $0.camera } }

    var priority: CameraPriority { camera.recordingPriority }

    /// Whether packets come in now.
    var isOnline: Bool { state.withLock { $0.isOnline } }

    /// What hangs, in words; nil while all gets on.
    var stall: String? { progress.stall(lastPacketAt: analysedSource.lastPacketAt) }

    /// When the last packet of the recorded stream came in.
    var lastPacketAt: Date? { recordedSource.lastPacketAt }

    /// What the analysis has done so far.
    var statistics: PipelineStatistics? { state.withLock { $0.pipeline }?.statistics }

    func run() async {
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
        let suppressing = Task { [suppressionBook, rooms, weak self] in
            while !Task.isCancelled, let current = await self?.suppressions() {
                suppressionBook.replace(current)
                try? await rooms.clock.sleep(seconds: Self.suppressionSeconds)
            }
        }
        defer { suppressing.cancel() }
        recordedSource.start()
        if analysedSource !== recordedSource { analysedSource.start() }
        let recorder = makeRecorder()
        state.withLock { $0.recorder = recorder }
        while !state.withLock({ $0.isStopping }) {
            await analyse(recorder)
            let (isStopping, beginsAnew) = state.withLock { state in
                defer { state.beginsAnew = false }
                return (state.isStopping, state.beginsAnew)
            }
            guard !isStopping else { break }
            if !beginsAnew { try? await rooms.clock.sleep(seconds: Self.retrySeconds) }
        }
        recordedRing.finish()
        await recorder.close()
        await ledger.close()
        await rooms.verification?.close(id)
        states.cancel()
    }

    /// One pipeline, until the camera is stopped or the pipeline fails.
    private func analyse(_ recorder: ClipRecorder) async {
        let configuration = rooms.configuration
        let (camera, changes) = state.withLock { ($0.camera, $0.changes) }
        var logger = rooms.logger
        logger[metadataKey: "camera"] = "\(id)"
        let feed = LiveFrameFeed(ring: analysedRing, clock: rooms.clock, logger: logger)
        let tracker = SceneTracker(
            settings: SceneSettings(configuration, analysisFPS: camera.analysisFPS, networkPace: .whenReady),
            family: rooms.family)
        let engine = await makeEngine(camera)
        suppressionBook.replace(await suppressions())
        let pipeline = CameraPipeline(
            feed: feed, observer: tracker, engine: engine, clock: rooms.clock, suppressions: suppressionBook,
            explains: { [events = rooms.events, id] in events.wantsScores(of: id) },
            // The loop gets on, even where a bad line leaves nothing to judge.
            onDamaged: { [progress] _ in progress.noteFrame() })
        let (isStopping, hasChanged) = state.withLock { state in
            state.feed = feed
            state.pipeline = pipeline
            return (state.isStopping, state.changes != changes)
        }
        if isStopping { feed.stop() }
        if hasChanged { pipeline.replace(await makeEngine(self.camera)) }
        do {
            await rooms.followDesk.desk?.attach(tracker, camera: id)
            try await pipeline.run { output in
                progress.noteFrame()
                await show(output)
                pictureChange.note(output.frame)
                for event in output.events {
                    // Before the message about it leaves.
                    if case .new(let incident) = event { rooms.alerts.pictures.keep(output.frame, of: incident) }
                    await take(event, recorder)
                }
            }
        } catch {
            // Being told to stop is no failure.
            guard !state.withLock({ $0.isStopping }) else { return }
            rooms.logger.error("\(id): the analysis failed and begins again: \(error)")
        }
    }

    func makeEngine(_ camera: CameraConfiguration) async -> IncidentEngine {
        var engine = IncidentEngine(
            settings: RuleSettings(rooms.configuration.rules, camera: id), scene: CameraScene(camera),
            makeID: { [ids = rooms.ids] in IncidentID(rawValue: ids.next(at: $0)) })
        await recallAlarms(&engine)
        return engine
    }

    /// Notes how the camera is configured now.
    /// - Returns: Its pipeline, when there is one.
    func note(_ camera: CameraConfiguration) -> CameraPipeline? {
        window.change(to: camera)
        return state.withLock { state in
            state.camera = camera
            state.changes += 1
            return state.pipeline
        }
    }

    /// Ends the pipeline; another one begins at once.
    func beginAnew() {
        let feed = state.withLock { state in
            state.beginsAnew = true
            return state.feed
        }
        feed?.stop()
    }

    /// Tells the rules which tracks show what people marked, from the next frame on.
    private func tellRules() async {
        guard let marked = await rooms.followDesk.desk?.tracks(of: id) else { return }
        state.withLock { $0.pipeline }?.follow(
            marked.sorted { $0.key < $1.key }.map { MarkedObject(object: $0.value, track: $0.key) })
    }

    /// Tells open pages what was seen.
    private func show(_ output: PipelineOutput) async {
        let isWanted = window.take(output.frame, events: rooms.events)
        let followed = await rooms.followDesk.desk?.note(output.observation, camera: id) ?? [:]
        await tellRules()
        if let scores = window.scores(output) { rooms.events.publish(.scores(scores)) }
        guard isWanted else { return }
        rooms.events.publish(
            .scene(
                LiveScene(
                    camera: id, time: window.shown(output.observation.time, date: output.observation.date),
                    observation: output.observation, followed: followed, speeds: window.speeds(output.observation))))
    }

    /// The pre-roll first, then the database: an incident that has been announced has its clip, whatever happens next. Then
    /// the text can leave while the clip goes on.
    func take(_ event: IncidentEvent, _ recorder: ClipRecorder) async {
        let gate = rooms.alerts.maintenance
        guard (try? await rooms.store.perform { _ in gate.lets(event) }) ?? true else { return }
        let recorded = bridge.translate(event)
        if case .new(let incident) = recorded {
            do {
                try await recorder.prepare(incident)
            } catch {
                rooms.logger.error("\(id): a clip could not be begun: \(error)")
            }
        }
        if let result = await ledger.take(event), result.isNewIncident {
            rooms.logger.notice("\(id): \(rooms.announcer.text(event.incident))")
        }
        do {
            let words = rooms.searchWords(event.incident, camera: camera)
            try await rooms.store.perform { try $0.index(event.incident.id, words: words) }
        } catch {
            rooms.logger.error("\(id): an incident can't be searched for: \(error)")
        }
        rooms.events.publish(.incident(event))
        do {
            try await recorder.handle(recorded)
        } catch RecordingError.nothingRecorded, RecordingError.paused, RecordingError.closed {
            // Said above.
        } catch {
            rooms.logger.error("\(id): a clip could not be linked yet: \(error)")
        }
        verify(event)
    }

    /// nil before the start and while stopping.
    func openRecorder() -> ClipRecorder? { state.withLock { $0.isStopping ? nil : $0.recorder } }

    private func makeRecorder() -> ClipRecorder {
        let alerts = rooms.alerts
        return ClipRecorder(
            camera: id, folders: rooms.folders, ring: recordedRing, store: rooms.store,
            settings: RecordingSettings(rooms.configuration.recording), clock: rooms.clock,
            context: ClipContext(
                zones: { [weak self] in self?.camera.zones ?? [] },
                tracks: { [weak self] in self?.tracks(from: $0, to: $1) ?? [] },
                text: { alerts.announcer.text($0) }),
            makeID: { [ids = rooms.ids] in ClipID(rawValue: ids.next(at: $0)) }, logger: rooms.logger)
    }

    private func tracks(from: MediaTime, to: MediaTime) -> [Track] {
        state.withLock { $0.pipeline }?.tracks(from: from, to: to) ?? []
    }

    private func note(_ state: LiveSource.State) {
        window.note(state)
        rooms.events.publish(.camera(window.view))
        switch state {
        case .connecting: progress.noteConnection()
        case .online(let info, _):
            progress.noteOnline()
            pictureChange.reset()
            self.state.withLock { $0.isOnline = true }
            rooms.logger.info("\(id): online, \(info.codecName) \(info.frameSize)")
        case .offline:
            progress.noteConnection()
            self.state.withLock { $0.isOnline = false }
        }
    }

    /// Ends at once; clips that are open are closed by `watch`.
    func stop() {
        let feed = state.withLock { state in
            state.isStopping = true
            return state.feed
        }
        recordedSource.stop()
        analysedSource.stop()
        feed?.stop()
    }
}
