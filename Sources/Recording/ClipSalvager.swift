import Domain
import Foundation
import Glibc
import Logging
import Media
import Storage

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

    private let files: ClipFiles
    private let store: Store
    private let logger: Logger

    public init(root: URL, store: Store, logger: Logger = Logger(label: "recording")) {
        files = ClipFiles(root: root)
        self.store = store
        self.logger = logger
    }

    /// For the start of the program, before any recording begins: all clips that are still `recording`. Blocks.
    @discardableResult
    public func salvageAll() throws -> [Outcome] {
        try store.unfinishedClips().map { clip in
            do {
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

    @discardableResult
    func salvage(_ clip: Clip) throws -> Outcome {
        guard let part = files.url(clip.temporaryPath), let whole = files.url(clip.path) else {
            return .failed(clip.id, reason: "its path leads out of the clip folder")
        }
        let manager = FileManager.default
        // Renamed already: only the row was missing.
        if manager.fileExists(atPath: whole.path(percentEncoded: false)) { return .saved(try describe(clip, whole)) }
        guard manager.fileExists(atPath: part.path(percentEncoded: false)) else { return try drop(clip, part) }
        let scan = try FragmentScanner(part)
        guard scan.wholeBytes > 0 else { return try drop(clip, part) }
        try DurableFiles.truncate(part, to: scan.wholeBytes)
        return .saved(try describe(clip, part))
    }

    /// Sidecar, hash, name, row, in this order, for a file that is whole and synced under either of its names.
    func complete(_ clip: Clip, sidecar: ClipSidecar) throws -> Clip {
        guard let part = files.url(clip.temporaryPath), let whole = files.url(clip.path),
            let beside = files.url(clip.sidecarPath)
        else { throw RecordingError.badPath(clip.path) }
        var clip = clip
        try DurableFiles.write(sidecar.json(), to: beside)
        let isNamed = !FileManager.default.fileExists(atPath: part.path(percentEncoded: false))
        let digest = try DurableFiles.digest(of: isNamed ? whole : part)
        if !isNamed { try DurableFiles.rename(part, to: whole) }
        clip.state = .finished
        clip.bytes = digest.bytes
        clip.sha256 = digest.sha256
        try store.update(clip)
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
        let incidents = try store.incidents(of: clip.id)
        makePoster(of: clip, incidents.first)
        let sidecar = ClipSidecar(
            clip: clip.id, camera: clip.camera, startDate: clip.startDate, durationSeconds: seconds,
            frameSize: incidents.first?.frameSize ?? demuxer.info.frameSize, zones: [], incidents: incidents,
            texts: incidents.map { _ in "" }, tracks: [])
        return try complete(clip, sidecar: sidecar)
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
            if let data { try DurableFiles.write(data, to: poster) }
        } catch {
            logger.warning("clip \(clip.id): no poster: \(error)")
        }
    }

    private func drop(_ clip: Clip, _ part: URL) throws -> Outcome {
        try store.markTombstone(clip.id)
        for path in [clip.temporaryPath, clip.posterPath, clip.sidecarPath] {
            if let url = files.url(path) { unlink(url.path(percentEncoded: false)) }
        }
        try? DurableFiles.syncFolder(part.deletingLastPathComponent())
        try store.removeTombstone(clip.id)
        return .nothingInIt(clip.id)
    }
}
