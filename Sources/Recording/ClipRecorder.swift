import Dispatch
import Domain
import Foundation
import Logging
import Media
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
    }

    let camera: CameraID
    let logger: Logger
    let salvager: ClipSalvager
    private let files: ClipFiles
    private let ring: PacketRing
    private let store: Store
    private let settings: RecordingSettings
    let clock: any WallClock
    private let context: ClipContext
    private let makeID: @Sendable (Date) -> ClipID
    private let state = Mutex(State())
    /// Disk and database are waited for here, not on the tasks' threads; in order.
    private let queue: DispatchQueue
    private let posters: DispatchQueue

    /// - Parameters:
    ///   - root: The folder below which all clips lie; see ``ClipFolder/checkWritable(_:)``.
    ///   - ring: Of the stream that is kept. It must hold more than `preRollSeconds` and what passes before an incident is
    ///     confirmed.
    ///   - makeID: Makes identifiers in order of time.
    public init(
        camera: CameraID, root: URL, ring: PacketRing, store: Store, settings: RecordingSettings = RecordingSettings(),
        clock: any WallClock = SystemClock(), context: ClipContext = ClipContext(),
        makeID: @escaping @Sendable (Date) -> ClipID, logger: Logger = Logger(label: "recording")
    ) {
        self.camera = camera
        self.ring = ring
        self.store = store
        self.settings = settings
        self.clock = clock
        self.context = context
        self.makeID = makeID
        self.logger = logger
        files = ClipFiles(root: root)
        salvager = ClipSalvager(root: root, store: store, logger: logger)
        queue = DispatchQueue(label: "aislewatch.recording.\(camera)")
        posters = DispatchQueue(label: "aislewatch.posters.\(camera)")
    }

    /// Begins, extends or ends a recording. The incident must have been committed to the store before.
    /// - Returns: The clip that shows the incident; nil when it has none (any more).
    /// - Throws: `RecordingError`, `MediaError` or `StorageError` when no clip could be begun.
    @discardableResult
    public func handle(_ event: IncidentEvent) async throws -> Clip? {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try self.handleBlocking(event) }) }
        }
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
            await postersAreWritten()
            deadline.cancel()
        }
        await deadline.value
        for writer in writers where !writer.isDone {
            logger.warning("\(camera): clip \(writer.clip.id) was not whole in time; the next start completes it")
        }
    }

    /// Returns when all recordings begun so far are whole: for a file, whose packets end.
    public func waitUntilDone() async {
        for writer in state.withLock({ Array($0.writers.values) }) { await writer.waitUntilDone() }
        await postersAreWritten()
    }

    private func postersAreWritten() async {
        await withCheckedContinuation { continuation in posters.async { continuation.resume() } }
    }

    private func handleBlocking(_ event: IncidentEvent) throws -> Clip? {
        let incident = event.incident
        let (writers, isClosed) = state.withLock { (Array($0.writers.values), $0.isClosed) }
        if let writer = writers.first(where: { $0.update(incident) }) { return writer.clip }
        guard case .new = event else { return nil }
        guard !isClosed else { throw RecordingError.closed }
        if let writer = writers.first(where: { $0.extend(with: incident) }) {
            let clip = writer.clip
            try store.link(clip: clip.id, incident: incident.id)
            return clip
        }
        return try begin(incident)
    }

    private func begin(_ incident: Incident) throws -> Clip {
        let cursor = ring.makeCursor(from: incident.start.advanced(bySeconds: -settings.preRollSeconds))
        var begun = false
        defer { if !begun { cursor.release() } }
        guard let first = cursor.nextIfPresent() else { throw RecordingError.nothingRecorded(camera: camera.rawValue) }
        let clip = makeClip(first: first, incident: incident)
        let muxer = try open(clip, incidents: [incident.id], parameters: first.parameters)
        begun = true
        let plan = ClipPlan(start: first.packet.pts, incident: incident, settings: settings)
        let writer = ClipWriter(recorder: self, cursor: cursor, plan: plan, clip: clip)
        state.withLock { $0.writers[ObjectIdentifier(writer)] = writer }
        makePoster(of: clip, incident)
        writer.start(first: first, muxer: muxer)
        return clip
    }

    // MARK: - For the writer, on its thread

    func makeClip(first: RingItem, incident: Incident?) -> Clip {
        let id = makeID(clock.now())
        let preRoll = incident.flatMap { $0.start.seconds(since: first.packet.pts) } ?? 0
        return Clip(
            id: id, camera: camera, path: ClipFiles.path(camera: camera, clip: id, date: first.packet.date),
            startDate: first.packet.date, start: first.packet.pts, preRollSeconds: max(0, preRoll))
    }

    /// Row first, then the file.
    func open(_ clip: Clip, incidents: [IncidentID], parameters: StreamParameters) throws -> ClipMuxer {
        guard let file = files.url(clip.temporaryPath) else { throw RecordingError.badPath(clip.path) }
        try store.insert(clip, incidents: incidents)
        do {
            try DurableFiles.makeFolder(file.deletingLastPathComponent())
            let muxer = try ClipMuxer(path: file, parameters: parameters)
            try DurableFiles.syncFolder(file.deletingLastPathComponent())
            return muxer
        } catch {
            // No file has come of it, so no row may say so.
            try? store.markTombstone(clip.id)
            try? store.removeTombstone(clip.id)
            if let error = error as? DurableFiles.Failure {
                throw MediaError.cannotWrite(path: error.path, reason: String(cString: strerror(error.code)))
            }
            throw error
        }
    }

    /// The file is whole and synced: sidecar, hash, name, row.
    func finish(_ clip: Clip, frameSize: FrameSize, incidents: [Incident]) throws -> Clip {
        let end = clip.start.advanced(bySeconds: clip.durationSeconds)
        let tracks = context.tracks(clip.start, end)
        let sidecar = ClipSidecar(
            clip: clip.id, camera: camera, startDate: clip.startDate, durationSeconds: clip.durationSeconds,
            frameSize: incidents.first?.frameSize ?? frameSize, zones: context.zones, incidents: incidents,
            texts: incidents.map(context.text),
            tracks: ClipContext.onClipTime(tracks, start: clip.start, durationSeconds: clip.durationSeconds))
        return try salvager.complete(clip, sidecar: sidecar)
    }

    func finished(_ writer: ClipWriter) {
        _ = state.withLock { $0.writers.removeValue(forKey: ObjectIdentifier(writer)) }
    }

    /// While the clip is being written; the first text's link shows it.
    private func makePoster(of clip: Clip, _ incident: Incident) {
        guard let file = files.url(clip.posterPath) else { return }
        posters.async { [ring, logger] in
            do {
                let poster = try PosterMaker.poster(
                    from: ring, at: incident.confirmed, region: incident.region, regionSize: incident.frameSize)
                if let poster { try DurableFiles.write(poster, to: file) }
            } catch {
                logger.warning("\(clip.camera): no poster for clip \(clip.id): \(error)")
            }
        }
    }
}
