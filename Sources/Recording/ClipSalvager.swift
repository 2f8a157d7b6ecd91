import Domain
import Foundation
import Logging
import Media
import Storage
import Synchronization

/// Brings recordings that were cut off (a crash, a power cut) to a proper end: up to their last whole fragment.
public struct ClipSalvager: Sendable {
    /// What became of an unfinished clip.
    public enum Outcome: Hashable, Sendable {
        /// Plays, and is known as finished.
        case saved(Clip)
        /// Held not one whole fragment; row and file are gone.
        case nothingInIt(ClipID)
        /// Left as it is: see the reason.
        case failed(ClipID, reason: String)
    }

    private let folders: ClipFolders
    private let store: Store
    private let logger: Logger
    /// Clips of which it was said that they have no poster: once is enough, however often they are tried.
    private let posterless = Posterless()
    private var files: ClipFiles { folders.files }

    private final class Posterless: Sendable {
        let clips = Mutex<Set<ClipID>>([])
    }

    public init(folders: ClipFolders, store: Store, logger: Logger = Logger(label: "recording")) {
        self.folders = folders
        self.store = store
        self.logger = logger
    }

    /// For the start of the program, before any recording begins: all clips that are still `recording`, and all whose
    /// deletion was begun. Blocks.
    ///
    /// A clip may have been begun for an incident that did not get into the database any more: its sidecar names it.
    /// - Parameter announce: Commits such an incident; by default without messages.
    @discardableResult
    public func salvageAll(announce: ((Incident) throws -> Void)? = nil) throws -> [Outcome] {
        for clip in try store.blocking.clips(in: .tombstone) {
            do {
                try ClipRemover(folders: folders, store: store).finish(clip)
            } catch {
                logger.error("clip \(clip.id): can't be deleted yet: \(error)")
            }
        }
        return try store.blocking.unfinishedClips().map { clip in
            do {
                try claim(clip, announce: announce)
                let outcome = try salvage(clip)
                switch outcome {
                case .saved(let clip):
                    logger.notice("clip \(clip.id): saved \(clip.durationSeconds) s after an interruption")
                case .nothingInIt(let id):
                    logger.notice("clip \(id): was interrupted before its first fragment; removed")
                case .failed(let id, let reason): logger.error("clip \(id): can't be saved: \(reason)")
                }
                return outcome
            } catch {
                logger.error("clip \(clip.id): can't be saved: \(error)")
                return .failed(clip.id, reason: "\(error)")
            }
        }
    }

    /// Links the clip with the incidents that its sidecar names.
    func claim(_ clip: Clip, announce: ((Incident) throws -> Void)?) throws {
        guard let part = files.url(clip.temporaryPath), let whole = files.url(clip.path),
            folders.disk.exists(part) || folders.disk.exists(whole)
        else { return }
        // Without a fragment the clip goes, and what was never announced is not announced without a video.
        if !folders.disk.exists(whole), try FragmentScanner(part).wholeBytes == 0 { return }
        for var incident in readSidecar(of: clip)?.incidents ?? [] where incident.camera == clip.camera {
            if try store.blocking.incident(incident.id) == nil {
                incident.phase = .ended
                logger.notice("incident \(incident.id) was confirmed and not written any more; it is now")
                if let announce { try announce(incident) } else { try store.blocking.commit(.new(incident)) }
            }
            try store.blocking.link(clip: clip.id, incident: incident.id)
        }
    }

    @discardableResult
    func salvage(_ clip: Clip) throws -> Outcome {
        guard let part = files.url(clip.temporaryPath), let whole = files.url(clip.path) else {
            return .failed(clip.id, reason: "its path leads out of the clip folder")
        }
        try folders.requireFolder(of: clip)
        // Renamed already: only the row was missing.
        if folders.disk.exists(whole) { return .saved(try describe(clip, whole)) }
        guard folders.disk.exists(part) else { return try drop(clip) }
        let scan = try FragmentScanner(part)
        guard scan.wholeBytes > 0 else { return try drop(clip) }
        if scan.wholeBytes < scan.fileBytes { try folders.disk.truncate(part, to: scan.wholeBytes) }
        return .saved(try describe(clip, part))
    }

    /// Sidecar, hash, name, row, in this order, for a file that is whole and synced under either of its names.
    func complete(_ clip: Clip, sidecar: ClipSidecar) throws -> Clip {
        guard let part = files.url(clip.temporaryPath), let whole = files.url(clip.path),
            let beside = files.url(clip.sidecarPath)
        else { throw RecordingError.badPath(clip.path) }
        var clip = clip
        try folders.disk.write(sidecar.json(), to: beside)
        let isNamed = !folders.disk.exists(part)
        let digest = try FileDigest(of: isNamed ? whole : part)
        if !isNamed { try folders.disk.rename(part, to: whole) }
        clip.state = .finished
        clip.bytes = digest.bytes
        clip.sha256 = digest.sha256
        try store.blocking.update(clip)
        return clip
    }

    /// Finishes a clip from what its file and the database say.
    private func describe(_ clip: Clip, _ file: URL) throws -> Clip {
        var clip = clip
        let demuxer = try Demuxer(SourceOptions(url: file.path(percentEncoded: false)))
        let step = 1 / max(1, demuxer.info.framesPerSecond)
        var seconds = 0.0
        while let packet = try demuxer.read() {
            guard packet.isVideo else { continue }
            seconds = max(seconds, packet.pts.seconds + (packet.durationSeconds > 0 ? packet.durationSeconds : step))
        }
        clip.durationSeconds = seconds
        let incidents = try store.blocking.incidents(of: clip.id)
        makePoster(of: clip, incidents.first)
        let earlier = readSidecar(of: clip)
        let texts = Dictionary(
            zip(earlier?.incidents.map(\.id) ?? [], earlier?.texts ?? []), uniquingKeysWith: { first, _ in first })
        let sidecar = ClipSidecar(
            clip: clip.id, camera: clip.camera, startDate: clip.startDate, durationSeconds: seconds,
            frameSize: incidents.first?.frameSize ?? demuxer.info.frameSize, zones: earlier?.zones ?? [],
            incidents: incidents, texts: incidents.map { texts[$0.id] ?? "" },
            tracks: (earlier?.tracks ?? []).compactMap { track in
                var track = track
                track.samples.removeAll { $0.seconds > seconds }
                return track.samples.isEmpty ? nil : track
            })
        return try complete(clip, sidecar: sidecar)
    }

    /// From the database alone.
    func rewriteSidecar(of clip: Clip) throws {
        guard let beside = files.url(clip.sidecarPath) else { throw RecordingError.badPath(clip.path) }
        let incidents = try store.blocking.incidents(of: clip.id)
        let sidecar = ClipSidecar(
            clip: clip.id, camera: clip.camera, startDate: clip.startDate, durationSeconds: clip.durationSeconds,
            frameSize: incidents.first?.frameSize ?? FrameSize(width: 0, height: 0), zones: [], incidents: incidents,
            texts: incidents.map { _ in "" }, tracks: [])
        try folders.disk.write(sidecar.json(), to: beside)
    }

    /// What the recorder knew when it wrote it last; nil when there is none, or none that can be read.
    private func readSidecar(of clip: Clip) -> ClipSidecar? {
        guard let file = files.url(clip.sidecarPath), let data = try? Data(contentsOf: file) else { return nil }
        return try? ClipSidecar(json: data)
    }

    /// From the clip's file, where there is none yet. A clip without one is still a clip: failure is only logged.
    func makePoster(of clip: Clip, _ incident: Incident?) {
        guard files.posterFile(of: clip) == nil, let poster = files.url(clip.posterPath),
            let file = files.videoFile(of: clip)
        else { return }
        let seconds = incident.flatMap { $0.confirmed.seconds(since: clip.start) } ?? clip.preRollSeconds
        do {
            let data = try PosterMaker.poster(
                from: file, seconds: max(0, seconds), region: incident?.region,
                regionSize: incident?.frameSize ?? FrameSize(width: 1, height: 1))
            if let data { try folders.disk.write(data, to: poster) }
        } catch {
            let isNews = posterless.clips.withLock { $0.insert(clip.id).inserted }
            if isNews { logger.warning("clip \(clip.id): no poster: \(error)") }
        }
    }

    private func drop(_ clip: Clip) throws -> Outcome {
        try ClipRemover(folders: folders, store: store).remove(clip)
        return .nothingInIt(clip.id)
    }
}

/// Deletes clips in the order that leaves nothing behind that nobody knows: tombstone, files, folder synced, row.
struct ClipRemover: Sendable {
    let folders: ClipFolders
    let store: Store

    /// - Throws: `FileFailure` or `StorageError`; the tombstone stays and the next start goes on with it.
    func remove(_ clip: Clip) throws {
        try folders.requireFolder(of: clip)
        try store.blocking.markTombstone(clip.id)
        try finish(clip)
    }

    /// Of a tombstone.
    func finish(_ clip: Clip) throws {
        try folders.requireFolder(of: clip)
        try folders.disk.remove(folders.files.all(of: clip))
        try store.blocking.removeTombstone(clip.id)
    }
}
