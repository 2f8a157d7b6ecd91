import Domain
import Foundation
import Incidents
import Logging
import Media
import Recording
import ServiceLifecycle
import Settings
import Synchronization
import Vision

/// One camera of the daemon: keeps its stream coming, analyses it, records and announces what happens. Nothing that goes
/// wrong with it ends another camera's work, or its own.
public final class CameraSupervisor: Service {
    private enum Recording {
        case starting
        case open(ClipRecorder)
        /// Clips that are open are being closed.
        case stopping
    }

    private struct State {
        var camera: CameraConfiguration
        var isOnline = false
        var recording = Recording.starting
        var analysis = AnalysisState<LiveFrameFeed>()
        /// The latest one, also when it has ended: clips that are still open ask it for tracks.
        var pipeline: CameraPipeline?
        /// Something is followed before this camera.
        var isFollowing = false
    }

    public let id: CameraID
    /// What pages see of it.
    public let window: CameraWindow
    private let context: CameraContext
    private let targets: TrackedTargets
    private let recordedRing: PacketRing
    private let recordedSource: LiveSource
    /// The stream that is looked at; the recorded one where the camera has no second.
    private let analysedRing: PacketRing
    private let analysedSource: LiveSource
    private let bridge: StreamBridge
    private let progress: CameraProgress
    private let pictureChange: PictureChange
    private let memory: RuleMemory
    private let maintenance: MaintenanceFilter
    private let ledger: IncidentLedger
    private let state: Mutex<State>

    /// Longest time from an incident's beginning to its confirmation that still gets the whole pre-roll.
    static let confirmationSeconds = 20.0
    /// Pause before a pipeline that failed (an undecodable stream) is tried again.
    private static let retrySeconds = 2.0
    /// The analysed stream's ring only bridges a decoder that is late.
    private static let analysedRingSeconds = 5.0

    init(_ camera: CameraConfiguration, context: CameraContext, targets: TrackedTargets) {
        let id = camera.id, configuration = context.configuration(), recording = configuration.recording
        self.id = id
        self.context = context
        self.targets = targets
        state = Mutex(State(camera: camera))
        var logger = context.logger
        logger[metadataKey: "camera"] = "\(id)"
        let maxBytes = recording.ringMaxMegabytes << 20
        // A rule confirms some seconds after the start; by then the pre-roll must still be there.
        let ring = PacketRing(
            seconds: recording.preRollSeconds + Self.confirmationSeconds, maxBytes: maxBytes, logger: logger)
        recordedRing = ring
        recordedSource = LiveSource(
            camera: id, options: SourceOptions(camera.url, of: camera, keepAudio: recording.audio), ring: ring,
            clock: context.clock, logger: logger)
        if let analysisURL = camera.analysisURL {
            let second = PacketRing(seconds: Self.analysedRingSeconds, maxBytes: maxBytes, logger: logger)
            analysedRing = second
            analysedSource = LiveSource(
                camera: id, options: SourceOptions(analysisURL, of: camera), ring: second, clock: context.clock,
                logger: logger)
            bridge = StreamBridge(recorded: ring)
        } else {
            analysedRing = ring
            analysedSource = recordedSource
            bridge = StreamBridge(recorded: nil)
        }
        progress = CameraProgress(camera: id, clock: context.clock)
        window = CameraWindow(camera: camera, recorded: recordedRing, analysed: analysedRing, clock: context.clock)
        pictureChange = PictureChange(clock: context.clock)
        maintenance = MaintenanceFilter(store: context.store, clock: context.clock)
        memory = RuleMemory(
            camera: id, logger: logger,
            suppressions: { [store = context.store] in
                try await store.perform { try $0.activeSuppressions(camera: id) }
            },
            alarms: { [store = context.store] since in
                try await store.perform { try $0.alarms(camera: id, since: since) }
            })
        ledger = IncidentLedger(
            camera: id, clock: context.clock, notices: context.notices, logger: logger
        ) { [incidents = context.incidents] in try await incidents.commit($0) }
    }

    // MARK: - What others see

    /// As it is configured now.
    public var camera: CameraConfiguration { state.withLock { $0.camera } }

    public var priority: CameraPriority { camera.recordingPriority }

    /// Whether packets come in now.
    public var isOnline: Bool { state.withLock { $0.isOnline } }

    /// What hangs, in words; nil while all gets on.
    public var stall: String? { progress.stall(lastPacketAt: analysedSource.lastPacketAt) }

    /// When the last packet of the recorded stream came in.
    public var lastPacketAt: Date? { recordedSource.lastPacketAt }

    /// When the picture last changed; nil before the first frame.
    public var pictureChangedAt: Date? { pictureChange.changedAt }

    /// What the analysis has done so far.
    public var statistics: PipelineStatistics? { state.withLock { $0.pipeline }?.statistics }

    /// How its stream is decoded now; nil before the first pipeline.
    public var pace: AnalysisPace? { state.withLock { $0.pipeline }?.pace }

    /// What decodes it; nil before the first packet.
    public var decodingMethod: DecodingMethod? { state.withLock { $0.pipeline }?.decodingMethod }

    /// nil before the start and while stopping.
    public func openRecorder() -> ClipRecorder? {
        state.withLock { state in
            if case .open(let recorder) = state.recording { recorder } else { nil }
        }
    }

    // MARK: - Life

    public func run() async {
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

    /// Ends at once; clips that are open are closed by ``run()``.
    func stop() {
        let feed = state.withLock { state in
            state.recording = .stopping
            return state.analysis.stop()
        }
        recordedSource.stop()
        analysedSource.stop()
        feed?.stop()
    }

    private func watch() async {
        let states = Task { [analysedSource] in
            for await state in analysedSource.states { note(state) }
        }
        let refreshing = Task { [memory, store = context.store, clock = context.clock] in
            for await _ in store.changes(of: .suppressions) {
                // No news comes of a database that can be read again.
                while await !memory.refresh(), (try? await clock.sleep(seconds: Self.retrySeconds)) != nil {}
            }
        }
        defer { refreshing.cancel() }
        let recorder = makeRecorder()
        let isStopped = state.withLock { state in
            if case .starting = state.recording { state.recording = .open(recorder) }
            return state.analysis.isStopped
        }
        if !isStopped {
            recordedSource.start()
            if analysedSource !== recordedSource { analysedSource.start() }
        }
        analysing: while true {
            switch await analyse(recorder) {
            case .never: break analysing
            case .atOnce: continue
            case .afterPause: try? await context.clock.sleep(seconds: Self.retrySeconds)
            }
        }
        recordedRing.finish()
        await recorder.close()
        await ledger.close()
        await context.incidents.close(id)
        states.cancel()
    }

    private func note(_ connection: LiveSource.State) {
        window.note(connection)
        context.events.publish(.camera(window.view))
        switch connection {
        case .connecting: progress.noteConnection()
        case .online(let info, _):
            progress.noteOnline()
            pictureChange.reset()
            state.withLock { $0.isOnline = true }
            context.logger.info("\(id): online, \(info.codecName) \(info.frameSize)")
        case .offline:
            progress.noteConnection()
            state.withLock { $0.isOnline = false }
        }
    }

    // MARK: - Configuration

    /// Whether the connection itself has changed: the packets held so far are another stream's then.
    func needsNewConnection(for next: CameraConfiguration) -> Bool {
        let camera = camera
        return camera.url != next.url || camera.analysisURL != next.analysisURL || camera.username != next.username
            || camera.password != next.password || camera.displayAspect != next.displayAspect
    }

    /// Takes a changed configuration over without a gap in what is recorded. New rules, zones and scales judge from the
    /// next frame on; incidents that go on under the old ones end there.
    /// - Parameter before: What the site's configuration was; the new one holds already.
    func change(to next: CameraConfiguration, from before: AislewatchConfiguration) async {
        let old = camera, now = context.configuration()
        let needsNewPipeline =
            old.analysisFPS != next.analysisFPS || old.analysisMode != next.analysisMode
            || before.analysis != now.analysis
        let hasOtherRules =
            before.rules.of(id) != now.rules.of(id)
            || old.scene != next.scene
        window.change(to: next)
        let (feed, pipeline) = state.withLock { state in
            state.camera = next
            return (state.analysis.change(needsNewPipeline: needsNewPipeline), state.pipeline)
        }
        if old != next { context.events.publish(.camera(window.view)) }
        if needsNewPipeline {
            feed?.stop()
        } else if hasOtherRules {
            pipeline?.replace(await makeEngine(next))
        }
    }

    private func makeEngine(_ camera: CameraConfiguration) async -> IncidentEngine {
        var engine = IncidentEngine(
            settings: context.configuration().rules.of(id), scene: camera.scene,
            makeID: { [ids = context.ids] in IncidentID(rawValue: ids.next(at: $0)) })
        await memory.recallAlarms(&engine, at: context.clock.now())
        return engine
    }

    // MARK: - Analysis

    /// One pipeline, until the camera is stopped, other settings hold or the pipeline fails.
    private func analyse(_ recorder: ClipRecorder) async -> AnalysisState<LiveFrameFeed>.Next {
        guard let (pipeline, tracker) = await preparePipeline() else { return .never }
        await targets.attach(tracker, camera: id)
        do {
            try await pipeline.run { output in
                progress.noteFrame()
                await show(output)
                pictureChange.note(output.frame)
                for event in output.events {
                    // Before the message about it leaves.
                    if case .new(let incident) = event {
                        let picture = output.pictures[incident.id]
                        context.incidents.keep(picture ?? output.frame, of: incident)
                        picture.map { recorder.show($0, of: incident.id) }
                    }
                    await take(event, recorder)
                }
            }
        } catch {
            // A stop is no failure.
            if !state.withLock({ $0.analysis.isStopped }) {
                context.logger.error("\(id): the analysis failed and begins again: \(error)")
            }
        }
        return state.withLock { $0.analysis.end() }
    }

    /// - Returns: nil when the camera is stopped.
    private func preparePipeline() async -> (CameraPipeline, SceneTracker)? {
        while let camera = state.withLock({ $0.analysis.prepare() ? $0.camera : nil }) {
            var logger = context.logger
            logger[metadataKey: "camera"] = "\(id)"
            let feed = LiveFrameFeed(
                ring: analysedRing, devices: context.configuration().analysis.decoder.devices, clock: context.clock,
                logger: logger, isContinuous: camera.analysisMode == .continuous,
                isWatched: { [weak self] in self?.isWatched ?? true })
            let tracker = SceneTracker(
                settings: SceneSettings(
                    context.configuration(), analysisFPS: camera.analysisFPS, networkPace: .whenReady),
                family: context.family, analysisShare: { [share = context.share] in share.value })
            let engine = await makeEngine(camera)
            await memory.refresh()
            let pipeline = CameraPipeline(
                feed: feed, observer: tracker, engine: engine, clock: context.clock,
                suppressions: { [memory] in memory.suppressions },
                explains: { [events = context.events, id] in events.wantsScores(of: id) },
                // The loop gets on, even where a bad line leaves nothing to judge.
                onDamaged: { [progress] _ in progress.noteFrame() },
                onScaleProblem: { [logger, id] in logger.warning("\(id): \($0)") }, proving: makeProving())
            let isCurrent = state.withLock { state in
                guard state.analysis.begin(feed) else { return false }
                state.pipeline = pipeline
                return true
            }
            if isCurrent { return (pipeline, tracker) }
            feed.stop()
        }
        return nil
    }

    /// Whether a page shows what is analysed, or something is followed.
    private var isWatched: Bool {
        context.events.wantsScenes(of: id) || context.events.wantsScores(of: id) || state.withLock { $0.isFollowing }
    }

    /// How what motion suspects is proven; nil where the site lets motion decide.
    private func makeProving() -> Proving? {
        guard context.configuration().analysis.proof, let retracer = context.retracer else { return nil }
        return Proving(
            prover: RetraceProver(retracer, history: RingFrames(ring: analysedRing), turns: context.proofTurns),
            pace: .whenReady)
    }

    /// Shows open pages what was seen, and gives the rules the tracks that show what people marked.
    private func show(_ output: PipelineOutput) async {
        let isWanted = window.take(output.frame, events: context.events)
        let followed = await targets.note(output.observation, camera: id)
        let marked = await targets.tracks(of: id).sorted { $0.key < $1.key }
        let pipeline = state.withLock { state in
            state.isFollowing = !followed.isEmpty || !marked.isEmpty
            return state.pipeline
        }
        pipeline?.follow(marked.map { MarkedObject(object: $0.value, track: $0.key) })
        if let scores = window.scores(output) { context.events.publish(.scores(scores)) }
        guard isWanted else { return }
        context.events.publish(
            .scene(
                LiveScene(
                    camera: id, time: window.shown(output.observation.time, date: output.observation.date),
                    observation: output.observation, followed: followed, speeds: window.speeds(output.observation))))
    }

    // MARK: - Incidents

    /// The pre-roll first, then the database: an incident that has been announced has its clip, whatever happens next. Then
    /// the text can leave while the clip goes on.
    private func take(_ event: IncidentEvent, _ recorder: ClipRecorder) async {
        guard await maintenance.admits(event) else { return }
        let recorded = bridge.translate(event)
        if case .new(let incident) = recorded {
            do {
                try await recorder.prepare(incident)
            } catch {
                context.logger.error("\(id): a clip could not be begun: \(error)")
            }
        }
        if let result = await ledger.take(event), result.isNewIncident {
            context.logger.notice("\(id): \(context.incidents.text(event.incident))")
        }
        do {
            try await context.incidents.index(event.incident, camera: camera)
        } catch {
            context.logger.error("\(id): an incident can't be searched for: \(error)")
        }
        context.events.publish(.incident(event))
        do {
            try await recorder.handle(recorded)
        } catch RecordingError.nothingRecorded, RecordingError.paused, RecordingError.closed {
            // Said above.
        } catch {
            context.logger.error("\(id): a clip could not be linked yet: \(error)")
        }
        context.incidents.verify(recorded, ring: recordedRing)
    }

    /// An incident that begins and ends now, because somebody asked for it; with pre-roll and post-roll as any other.
    func trigger(kind: IncidentKind, severity: Severity, reason: String, by: String) async throws -> IncidentID {
        guard let recorder = openRecorder() else { throw IncidentTriggerError.stopping }
        let incident = makeIncident(kind: kind, severity: severity, reason: reason, by: by)
        await take(.new(incident), recorder)
        var ended = incident
        ended.phase = .ended
        await take(.end(ended), recorder)
        return incident.id
    }

    private func makeIncident(kind: IncidentKind, severity: Severity, reason: String, by: String) -> Incident {
        let now = context.clock.now()
        // Nothing has come in yet: there will be no clip, but whoever asked still gets the incident and its message.
        let time = analysedRing.time(at: now) ?? MediaTime(pts90k: 0)
        var facts = IncidentFacts()
        facts.reason = reason.isEmpty ? nil : reason
        facts.triggeredBy = by.isEmpty ? nil : by
        return Incident(
            id: IncidentID(rawValue: context.ids.next(at: now)), camera: id, kind: kind, phase: .ongoing,
            severity: severity, start: time, end: time, confirmed: time, startDate: now, endDate: now,
            confirmedDate: now, region: Region(x: 0, y: 0, width: 0, height: 0),
            frameSize: analysedRing.parameters?.frameSize ?? FrameSize(width: 0, height: 0), facts: facts)
    }

    private func makeRecorder() -> ClipRecorder {
        let incidents = context.incidents
        return ClipRecorder(
            camera: id, folders: context.folders, ring: recordedRing, store: context.store,
            settings: RecordingSettings(context.configuration().recording), clock: context.clock,
            context: ClipContext(
                zones: { [weak self] in self?.camera.zones ?? [] },
                tracks: { [weak self] in self?.tracks(from: $0, to: $1) ?? [] },
                text: { incidents.text($0) }),
            makeID: { [ids = context.ids] in ClipID(rawValue: ids.next(at: $0)) }, logger: context.logger)
    }

    private func tracks(from: MediaTime, to: MediaTime) -> [Track] {
        state.withLock { $0.pipeline }?.tracks(from: from, to: to) ?? []
    }
}
