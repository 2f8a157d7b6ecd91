import Dispatch
import Domain
import Foundation
import Logging
public import Media
import Storage
import Synchronization

/// Keeps the clips of one camera: each incident gets a recording with pre- and post-roll, by stream copy from the ring.
///
/// The order of writing makes sure that nothing is lost or orphaned: the row `recording` first, then the file under its
/// temporary name in fragments that are on disk when written, at the end the hash, the name, and the row `finished`.
public final class ClipRecorder: Sendable {
    private struct State {
        var writers: [ObjectIdentifier: ClipWriter] = [:]
        var isClosed = false
        var isPaused = false
        var hasSaidAudio = false
        var incomplete: [Incomplete] = []
        /// The trouble that was said last; nil since something has been saved.
        var said: String?
        var lostSeconds = 0.0
        /// What posters show, of incidents that have no clip yet; the oldest first.
        var pictures: [(incident: IncidentID, frame: VideoFrame)] = []
    }

    /// A picture has some megabytes, and its clip begins at once.
    private static let maxPictures = 4

    /// A file whose video is on disk as far as it got, and that still needs its name and row.
    private struct Incomplete {
        var clip: Clip
        /// Those that it shows.
        var incidents: [IncidentID]
        /// Why it could not be completed, as it was said last.
        var reason: String?
    }

    public let camera: CameraID
    let logger: Logger
    let folders: ClipFolders
    let salvager: ClipSalvager
    let settings: RecordingSettings
    let clock: any WallClock
    private let ring: PacketRing
    private let store: Store
    private let context: ClipContext
    private let makeID: @Sendable (Date) -> ClipID
    private let state = Mutex(State())
    /// Disk and database are waited for here, not on the tasks' threads; in order.
    private let work: BlockingWork
    /// Posters, sidecars of clips that go on, and what is completed late: nothing waits for these.
    private let background: BlockingWork

    /// - Parameters:
    ///   - ring: Of the stream that is kept. It must hold more than `preRollSeconds` and what passes before an incident is
    ///     confirmed.
    ///   - makeID: Makes identifiers in order of time.
    public init(
        camera: CameraID, folders: ClipFolders, ring: PacketRing, store: Store,
        settings: RecordingSettings = RecordingSettings(), clock: any WallClock = SystemClock(),
        context: ClipContext = ClipContext(), makeID: @escaping @Sendable (Date) -> ClipID,
        logger: Logger = Logger(label: "recording")
    ) {
        self.camera = camera
        self.folders = folders
        self.ring = ring
        self.store = store
        self.settings = settings
        self.clock = clock
        self.context = context
        self.makeID = makeID
        self.logger = logger
        salvager = ClipSalvager(folders: folders, store: store, logger: logger)
        work = BlockingWork("recording \(camera)", maxThreads: 1)
        background = BlockingWork("clips \(camera)", maxThreads: 1)
    }

    /// Seconds of video that were to be kept and could not be, since the start.
    public var lostSeconds: Double { state.withLock { $0.lostSeconds } }

    /// Recordings that are not whole yet.
    var openRecordings: Int { state.withLock { $0.writers.count } }

    /// While true no clip is begun: the disk is full, and other cameras matter more. Clips that are open go on.
    public var isPaused: Bool {
        get { state.withLock { $0.isPaused } }
        set { state.withLock { $0.isPaused = newValue } }
    }

    /// What the poster of an incident's clip is to show instead of a frame; call it before the clip is begun.
    public func show(_ picture: VideoFrame, of incident: IncidentID) {
        state.withLock { state in
            state.pictures.append((incident, picture))
            if state.pictures.count > Self.maxPictures { state.pictures.removeFirst() }
        }
    }

    /// Begins or extends the recording of a new incident that is not in the database yet. When it returns, the pre-roll and a
    /// sidecar that names the incident are on disk, unless the disk takes longer than a moment: so whatever happens after the
    /// incident has been announced, its clip is there.
    /// - Throws: `RecordingError` when no clip could be begun.
    public func prepare(_ incident: Incident) async throws {
        try await work.run { _ = try self.prepareBlocking(incident) }
    }

    /// Begins, extends or ends a recording, after the incident's step has been committed.
    /// - Returns: The clip that shows the incident; nil when it has none (any more), or when the disk has not taken it yet:
    ///   then its packets are held in memory and tried again.
    /// - Throws: `RecordingError` when no clip could be begun, `StorageError` when the database refuses.
    @discardableResult
    public func handle(_ event: IncidentEvent) async throws -> Clip? {
        try await work.run { try self.handleBlocking(event) }
    }

    /// Ends all recordings with what has come in, and waits until they are whole, at most `seconds`.
    public func close(withinSeconds seconds: Double = 5) async {
        let writers = state.withLock { state in
            state.isClosed = true
            return Array(state.writers.values)
        }
        for writer in writers { writer.close() }
        let clock = clock
        let deadline = Task { _ = try? await clock.sleep(seconds: seconds) }
        Task {
            for writer in writers { await writer.waitUntilDone() }
            await background.drain()
            deadline.cancel()
        }
        await deadline.value
        for writer in writers where !writer.isDone {
            let name = writer.clip.map { "clip \($0.id)" } ?? "a clip"
            logger.warning("\(camera): \(name) was not whole in time; the next start completes it")
        }
    }

    /// Returns when all recordings begun so far are whole: for a file, whose packets end.
    public func waitUntilDone() async {
        for writer in state.withLock({ Array($0.writers.values) }) { await writer.waitUntilDone() }
        await background.drain()
    }

    /// To be called every few seconds: leaves disks that hang, bounds memory, completes what failed before.
    public func look() {
        let writers = state.withLock { Array($0.writers.values) }
        for writer in writers {
            writer.enforceMemory()
            guard folders.hasFallback, let next = writer.takeOver(ifBusyFor: settings.hangSeconds) else { continue }
            folders.failed(.primary, reason: "no answer for \(Int(settings.hangSeconds)) s")
            logger.error("\(camera): a clip's disk hangs; the clip goes on in the fallback folder")
            state.withLock { state in
                state.writers.removeValue(forKey: ObjectIdentifier(writer))
                state.writers[ObjectIdentifier(next)] = next
            }
            next.start()
        }
        if state.withLock({ !$0.incomplete.isEmpty }) { background.start { self.completeWaiting() } }
    }

    private func handleBlocking(_ event: IncidentEvent) throws -> Clip? {
        let incident = event.incident
        let writers = state.withLock { Array($0.writers.values) }
        if let writer = writers.first(where: { $0.update(incident) }) {
            // It was prepared. Whatever the database says now: the link is made once more when the clip is finished.
            if case .new = event, let clip = writer.clip {
                try store.blocking.link(clip: clip.id, incident: incident.id)
            }
            noteSidecar(writer)
            return writer.clip
        }
        guard case .new = event else { return nil }
        let writer = try prepareBlocking(incident)
        if let clip = writer.clip { try store.blocking.link(clip: clip.id, incident: incident.id) }
        return writer.clip
    }

    @discardableResult
    private func prepareBlocking(_ incident: Incident) throws -> ClipWriter {
        let (writers, isClosed, isPaused) = state.withLock { (Array($0.writers.values), $0.isClosed, $0.isPaused) }
        guard !isClosed else { throw RecordingError.closed }
        if let writer = writers.first(where: { $0.extend(with: incident) }) {
            let written = DispatchSemaphore(value: 0)
            noteSidecar(writer) { written.signal() }
            _ = written.wait(timeout: .now() + settings.patienceSeconds)
            return writer
        }
        guard !isPaused else { throw RecordingError.paused(camera: camera.rawValue) }
        return try begin(incident)
    }

    private func begin(_ incident: Incident) throws -> ClipWriter {
        let cursor = ring.makeCursor(from: incident.start.advanced(bySeconds: -settings.preRollSeconds))
        guard let first = cursor.nextIfPresent() else {
            cursor.release()
            throw RecordingError.nothingRecorded(camera: camera.rawValue)
        }
        let writer = ClipWriter(
            recorder: self, cursor: cursor,
            plan: ClipPlan(start: first.packet.pts, incident: incident, settings: settings), first: first)
        state.withLock { $0.writers[ObjectIdentifier(writer)] = writer }
        writer.start()
        writer.waitUntilSaved(seconds: settings.patienceSeconds)
        return writer
    }

    // MARK: - For the writer, on its thread

    func makeClip(first: RingItem, incident: Incident?) -> Clip {
        let id = makeID(clock.now())
        let preRoll = incident.flatMap { $0.start.seconds(since: first.packet.pts) } ?? 0
        let path = ClipFiles.path(camera: camera, clip: id, date: first.packet.date)
        return Clip(
            id: id, camera: camera,
            path: folders.place(for: camera) == .primary ? path : ClipFiles.fallbackPrefix + path,
            startDate: first.packet.date, start: first.packet.pts, preRollSeconds: max(0, preRoll))
    }

    /// Row first, then the file.
    func open(_ clip: Clip, incidents: [IncidentID], parameters: StreamParameters) throws -> ClipMuxer {
        guard let file = folders.files.url(clip.temporaryPath) else { throw RecordingError.badPath(clip.path) }
        // While there is no place for it, no row is made for each try.
        if !clip.path.hasPrefix(ClipFiles.fallbackPrefix), !folders.isPrimaryThere {
            folders.probe()
            guard folders.isPrimaryThere else { throw FileFailure(path: folders.files.root.path, code: EIO) }
        }
        // An incident that is being prepared is not there yet; its link follows.
        try store.blocking.insert(clip, incidents: incidents.filter { try store.blocking.incident($0) != nil })
        do {
            let folder = file.deletingLastPathComponent()
            try folders.disk.makeFolder(folder)
            let muxer = try ClipMuxer(
                path: file, parameters: parameters, fileSystem: folders.disk.system, isBehind: true)
            try folders.disk.syncFolder(folder)
            return muxer
        } catch {
            // No video has come of it, so no row may say so. What can't be taken back now is taken back later.
            do {
                if folders.disk.exists(file) {
                    try ClipRemover(folders: folders, store: store).remove(clip)
                } else {
                    try store.blocking.markTombstone(clip.id)
                    try store.blocking.removeTombstone(clip.id)
                }
            } catch {
                completeLater(clip)
            }
            throw error
        }
    }

    /// A file has begun; the link of the first text shows it.
    func begun(_ writer: ClipWriter, _ clip: Clip, _ incidents: [Incident], isFirst: Bool) {
        writeSidecar(writer)
        if isFirst, let incident = incidents.first { makePoster(of: clip, incident) }
    }

    /// Not for long: the database may be stuck, and then the clip is completed later.
    func waitForCommit(of incidents: [Incident]) {
        store.blocking.waitForCommit(of: incidents.map(\.id), atMostSeconds: 1.5)
    }

    /// The file is whole and synced: sidecar, hash, name, row.
    func finish(_ clip: Clip, frameSize: FrameSize, incidents: [Incident]) throws -> Clip {
        for incident in incidents { try store.blocking.link(clip: clip.id, incident: incident.id) }
        if folders.files.posterFile(of: clip) == nil { salvager.makePoster(of: clip, incidents.first) }
        return try salvager.complete(clip, sidecar: sidecar(of: clip, frameSize: frameSize, incidents: incidents))
    }

    /// Names the file and finishes its row when disk and database allow: soon, and again at each ``look()``.
    /// - Parameter incidents: Those that it shows; until the database knows them, the row stays unfinished, so that a crash
    ///   finds clip and incidents together.
    func completeLater(_ clip: Clip, incidents: [IncidentID] = []) {
        state.withLock { state in
            if let index = state.incomplete.firstIndex(where: { $0.clip.id == clip.id }) {
                state.incomplete[index].incidents += incidents
            } else {
                state.incomplete.append(Incomplete(clip: clip, incidents: incidents))
            }
        }
        background.start { self.completeWaiting() }
    }

    func noteDroppedAudio() {
        let isNews = state.withLock { state in
            defer { state.hasSaidAudio = true }
            return !state.hasSaidAudio
        }
        if isNews { logger.notice("\(camera): the sound's codec does not fit into MP4 and is left out of all clips") }
    }

    func finished(_ writer: ClipWriter) {
        _ = state.withLock { $0.writers.removeValue(forKey: ObjectIdentifier(writer)) }
    }

    /// What a clip writer has met; the same again is said only after something has been saved.
    func report(_ error: any Error, of clip: Clip?) {
        let what = (error as? FileFailure)?.reason ?? "\(error)"
        let isNews = state.withLock { state in
            defer { state.said = what }
            return state.said != what
        }
        guard isNews else { return }
        let name = clip.map { "clip \($0.id)" } ?? "a clip"
        logger.error("\(camera): \(name): \(error); its packets are held in memory and tried again")
    }

    func noteSaved() { state.withLock { $0.said = nil } }

    /// Video that was to be kept is gone.
    func lost(seconds: Double?, reason: String) {
        state.withLock { $0.lostSeconds += seconds ?? 0 }
        let what =
            seconds.map { "\(Int($0.rounded(.up))) s of a recording were lost" } ?? "the rest of a recording was lost"
        logger.critical("\(camera): \(what): \(reason)")
        folders.notices.raise(.other(name: "recording_lost", camera: camera, text: "\(camera): \(what): \(reason)"))
    }

    // MARK: - In the background

    private func completeWaiting() {
        for entry in state.withLock({ $0.incomplete }) {
            let clip = entry.clip
            do {
                // Row and file as they are now: somebody may have completed or deleted it.
                switch try store.blocking.clip(clip.id) {
                case let row? where row.state == .recording:
                    // One whose incident the database has not taken yet waits for it.
                    for incident in entry.incidents { try store.blocking.link(clip: row.id, incident: incident) }
                    try salvager.claim(row) { throw StorageError.notFound(what: "incident \($0.id) yet") }
                    try salvager.salvage(row)
                case let row? where row.state == .tombstone:
                    try ClipRemover(folders: folders, store: store).finish(row)
                default: break
                }
                state.withLock { state in state.incomplete.removeAll { $0.clip.id == clip.id } }
            } catch {
                let reason = "\(error)"
                state.withLock { state in
                    guard let index = state.incomplete.firstIndex(where: { $0.clip.id == clip.id }) else { return }
                    state.incomplete[index].reason = reason
                }
                guard entry.reason != reason else { continue }
                logger.warning("\(camera): clip \(clip.id) can't be completed yet: \(reason)")
            }
        }
    }

    /// What is known so far goes beside the clip, so that a crash leaves more than a video.
    private func noteSidecar(_ writer: ClipWriter, done: @escaping @Sendable () -> Void = {}) {
        background.start { [self] in
            writeSidecar(writer)
            done()
        }
    }

    private func writeSidecar(_ writer: ClipWriter) {
        writer.withOpenClip { clip, incidents in
            guard let file = folders.files.url(clip.sidecarPath) else { return }
            var clip = clip
            if let newest = ring.statistics.newest?.seconds(since: clip.start) {
                clip.durationSeconds = max(0, newest)
            }
            let size = ring.parameters?.frameSize ?? FrameSize(width: 0, height: 0)
            do {
                try folders.disk.write(sidecar(of: clip, frameSize: size, incidents: incidents).json(), to: file)
            } catch {
                logger.warning("\(camera): clip \(clip.id): no sidecar yet: \(error)")
            }
        }
    }

    private func sidecar(of clip: Clip, frameSize: FrameSize, incidents: [Incident]) -> ClipSidecar {
        let end = clip.start.advanced(bySeconds: clip.durationSeconds)
        return ClipSidecar(
            clip: clip.id, camera: camera, startDate: clip.startDate, durationSeconds: clip.durationSeconds,
            frameSize: incidents.first?.frameSize ?? frameSize, zones: context.zones(), incidents: incidents,
            texts: incidents.map(context.text),
            tracks: ClipContext.onClipTime(
                context.tracks(clip.start, end), start: clip.start, durationSeconds: clip.durationSeconds))
    }

    /// While the clip is being written; the first text's link shows it.
    private func makePoster(of clip: Clip, _ incident: Incident) {
        guard let file = folders.files.url(clip.posterPath) else { return }
        let picture = state.withLock { state in
            defer { state.pictures.removeAll { $0.incident == incident.id } }
            return state.pictures.last { $0.incident == incident.id }?.frame
        }
        background.start { [ring, logger, folders, store] in
            do {
                let poster =
                    try picture.map { try PosterMaker.poster($0, region: nil, regionSize: $0.size) }
                    ?? PosterMaker.poster(
                        from: ring, at: incident.confirmed, region: incident.region, regionSize: incident.frameSize)
                if let poster {
                    try folders.disk.write(poster, to: file)
                    store.signal(.outcomes)
                }
            } catch {
                logger.warning("\(clip.camera): no poster for clip \(clip.id): \(error)")
            }
        }
    }
}

/// How much of what happened is kept.
public struct RecordingSettings: Hashable, Sendable, Codable {
    /// Seconds before an incident's first detection. A promise: the clip begins at the key frame at or before it.
    public var preRollSeconds: Double
    /// Seconds after its last detection.
    public var postRollSeconds: Double
    /// A clip gets no longer than this, however long the incident goes on.
    public var maxClipSeconds: Double
    /// While disk or database fail, each recording keeps at most so many bytes of packets in memory; then the oldest go.
    public var maxHeldBytes = 256 << 20
    /// How long to wait before a failed disk or database is tried again.
    public var retrySeconds = 2.0
    /// How long an incident waits for its pre-roll to be on disk; when the disk takes longer, the message goes first.
    public var patienceSeconds = 1.0
    /// A disk that has not answered for so long hangs, and the clip goes on elsewhere.
    public var hangSeconds = 10.0

    public init(preRollSeconds: Double = 10, postRollSeconds: Double = 10, maxClipSeconds: Double = 300) {
        self.preRollSeconds = preRollSeconds
        self.postRollSeconds = postRollSeconds
        self.maxClipSeconds = maxClipSeconds
    }
}

/// What a clip's sidecar holds besides the video's facts; from whoever analyses the camera.
public struct ClipContext: Sendable {
    /// As they are when the sidecar is written.
    public var zones: @Sendable () -> [Zone]
    /// The tracks seen between two moments, `seconds` on the camera's media time.
    public var tracks: @Sendable (_ from: MediaTime, _ to: MediaTime) -> [Track]
    /// What an incident's alert says.
    public var text: @Sendable (Incident) -> String

    public init(
        zones: @escaping @Sendable () -> [Zone] = { [] },
        tracks: @escaping @Sendable (_ from: MediaTime, _ to: MediaTime) -> [Track] = { _, _ in [] },
        text: @escaping @Sendable (Incident) -> String = { _ in "" }
    ) {
        self.zones = zones
        self.tracks = tracks
        self.text = text
    }

    /// `tracks` on a clip's own time, which begins at `start`: samples before it and after `durationSeconds` are left out.
    static func onClipTime(_ tracks: [Track], start: MediaTime, durationSeconds: Double) -> [Track] {
        tracks.compactMap { track in
            var moved = track
            moved.samples = track.samples.compactMap { sample in
                var sample = sample
                sample.seconds -= start.seconds
                return sample.seconds >= -0.001 && sample.seconds <= durationSeconds ? sample : nil
            }
            return moved.samples.isEmpty ? nil : moved
        }
    }
}
