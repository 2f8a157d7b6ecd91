import Domain
import Foundation
import Logging
import Media
import Storage

/// Verifies what recording promises: each finished row has its video with its size and hash, each file is a row's, a
/// tombstone's or unknown, and the database is whole in itself. Explains each finding, and repairs what can be repaired.
/// Files that it does not know are reported and never deleted.
public struct ClipChecker: Sendable {
    public struct Report: Hashable, Sendable, Codable {
        public var clips = 0
        public var files = 0
        public var bytes: Int64 = 0
        /// In the order: rows, files, database.
        public var findings: [ClipFinding] = []
        /// Findings that are wrong and still there.
        public var problems: Int { findings.count { $0.isProblem && $0.repair != .done } }
    }

    private let folders: ClipFolders
    private let store: Store
    private let isRecording: Bool
    private let salvager: ClipSalvager

    /// - Parameter isRecording: A daemon works with this database now: what is unfinished may be its work.
    public init(folders: ClipFolders, store: Store, isRecording: Bool, logger: Logger = Logger(label: "recording")) {
        self.folders = folders
        self.store = store
        self.isRecording = isRecording
        salvager = ClipSalvager(folders: folders, store: store, logger: logger)
    }

    /// Reads every video once. Blocks.
    /// - Parameter repair: Not beside a running daemon.
    public func check(repair: Bool = false) throws -> Report {
        var report = Report()
        var known: Set<String> = []
        for clip in try store.blocking.clips(in: .tombstone) + store.blocking.unfinishedClips() {
            known.formUnion(folders.files.all(of: clip).map(Self.path))
            report.findings += try unfinished(clip, repair: repair)
        }
        var last: ClipID?
        while let page = try Optional(store.blocking.keptClips(after: last, limit: 200)), let end = page.last {
            for kept in page {
                report.clips += 1
                report.bytes += kept.clip.bytes ?? 0
                known.formUnion(folders.files.all(of: kept.clip).map(Self.path))
                report.findings += finished(kept.clip, repair: repair)
            }
            last = end.clip.id
        }
        report.findings += files(known, repair: repair, count: &report.files)
        report.findings += try store.blocking.integrityProblems().map { problem in
            ClipFinding(
                kind: .database, text: "\(problem); restore the database from a backup if it does not go away",
                repair: repair ? .impossible : .notTried)
        }
        return report
    }

    // MARK: - Rows

    private func unfinished(_ clip: Clip, repair: Bool) throws -> [ClipFinding] {
        guard !isRecording else { return [] }
        if clip.state == .tombstone {
            let finding = ClipFinding(
                kind: .halfDeleted, clip: clip.id, path: clip.path,
                text: "its deletion was cut off; a repair deletes what is left of it, as the next start does")
            return [repaired(finding, repair) { try ClipRemover(folders: folders, store: store).finish(clip) }]
        }
        let finding = ClipFinding(
            kind: .unfinished, clip: clip.id, path: clip.temporaryPath,
            text: "its recording was cut off; a repair completes it up to the last whole second, as the next start does"
        )
        return [
            repaired(finding, repair) {
                if case .failed(_, let reason) = try salvager.salvage(clip) { throw RecordingError.unusable(reason) }
            }
        ]
    }

    private func finished(_ clip: Clip, repair: Bool) -> [ClipFinding] {
        guard let video = folders.files.url(clip.path) else {
            return [
                ClipFinding(
                    kind: .missingVideo, clip: clip.id, path: clip.path,
                    text: "its path leads out of the clip folder, or to a fallback folder that is not configured",
                    repair: repair ? .impossible : .notTried)
            ]
        }
        guard folders.disk.exists(video) else {
            let finding = ClipFinding(
                kind: .missingVideo, clip: clip.id, path: clip.path,
                text:
                    "the video is gone (is the right disk mounted?); a repair removes the clip's row, poster and sidecar, "
                    + "and keeps the incident")
            return [
                repaired(finding, repair) {
                    guard folders.hasMarker else {
                        throw RecordingError.unusable("the clip folder's disk does not seem to be mounted")
                    }
                    try ClipRemover(folders: folders, store: store).remove(clip)
                }
            ]
        }
        var findings = content(of: clip, video, repair: repair).map { [$0] } ?? []
        findings += neighbours(of: clip, repair: repair)
        return findings
    }

    private func content(of clip: Clip, _ video: URL, repair: Bool) -> ClipFinding? {
        let what: String
        do {
            let digest = try FileDigest(of: video)
            if digest.bytes == clip.bytes, digest.sha256 == clip.sha256 { return nil }
            what =
                digest.bytes == clip.bytes
                ? "its content is not what was recorded" : "it has \(digest.bytes) bytes and not \(clip.bytes ?? 0)"
        } catch {
            what = "it can't be read (\(error))"
        }
        return ClipFinding(
            kind: .changedVideo, clip: clip.id, path: clip.path,
            text:
                "\(what): changed by somebody, or damaged by the disk; it is left as it is. Put it back from a copy, or "
                + "move it away and repair again",
            repair: repair ? .impossible : .notTried)
    }

    private func neighbours(of clip: Clip, repair: Bool) -> [ClipFinding] {
        var findings: [ClipFinding] = []
        if folders.files.posterFile(of: clip) == nil {
            let finding = ClipFinding(
                kind: .missingPoster, clip: clip.id, path: clip.posterPath,
                text: "the poster is gone; a repair makes it from the video")
            findings.append(
                repaired(finding, repair) {
                    salvager.makePoster(of: clip, try store.blocking.incidents(of: clip.id).first)
                    guard folders.files.posterFile(of: clip) != nil else {
                        throw RecordingError.unusable("no frame can be read from the video")
                    }
                })
        }
        if let sidecar = folders.files.url(clip.sidecarPath), !folders.disk.exists(sidecar) {
            let finding = ClipFinding(
                kind: .missingSidecar, clip: clip.id, path: clip.sidecarPath,
                text: "the sidecar is gone; a repair writes it again from the database, without tracks")
            findings.append(repaired(finding, repair) { try salvager.rewriteSidecar(of: clip) })
        }
        return findings
    }

    // MARK: - Files

    private func files(_ known: Set<String>, repair: Bool, count: inout Int) -> [ClipFinding] {
        var findings: [ClipFinding] = []
        for root in [folders.files.root, folders.files.fallback].compactMap({ $0 }) {
            let prefix = Self.path(root) + "/"
            let walker = FileManager.default.enumerator(at: root, includingPropertiesForKeys: [.isDirectoryKey])
            while let url = walker?.nextObject() as? URL {
                guard (try? url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) != true,
                    url.lastPathComponent != ClipFolders.markerName
                else { continue }
                count += 1
                let path = Self.path(url.standardizedFileURL)
                let below = path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
                let isTemporary = below.hasSuffix(".part")
                if known.contains(path), !isTemporary || isRecording { continue }
                if known.contains(path) {
                    // Of a clip that is unfinished the salvage has taken care, or a repair would.
                    guard below.hasSuffix(".jpg.part") || below.hasSuffix(".json.part") else { continue }
                    let finding = ClipFinding(
                        kind: .leftover, path: below,
                        text: "a write was cut off and done again; a repair removes what it left")
                    findings.append(repaired(finding, repair) { try folders.disk.remove([url]) })
                    continue
                }
                // A clip that was begun or deleted since its row was read is no stranger.
                if isRecording, isClips(below) { continue }
                findings.append(
                    ClipFinding(
                        kind: .unknownFile, path: below,
                        text:
                            "no clip in the database is called so; it is never deleted. Move it away if it is not wanted"
                    ))
            }
        }
        return findings
    }

    private func isClips(_ path: String) -> Bool {
        guard let name = path.split(separator: "/").last?.split(separator: ".").first else { return false }
        return (try? store.blocking.clip(ClipID(rawValue: String(name)))) != nil
    }

    private static func path(_ url: URL) -> String {
        let path = url.path(percentEncoded: false)
        return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    private func repaired(_ finding: ClipFinding, _ repair: Bool, _ body: () throws -> Void) -> ClipFinding {
        guard repair else { return finding }
        var finding = finding
        do {
            try body()
            finding.repair = .done
        } catch {
            finding.repair = .failed
            finding.text += ". The repair failed: \(error)"
        }
        return finding
    }
}

/// Something that `check` found wrong, and what can be done about it.
public struct ClipFinding: Hashable, Sendable, Codable {
    public enum Kind: String, Hashable, Sendable, Codable {
        /// A finished clip's video is not there.
        case missingVideo = "missing_video"
        /// It has another size or content than its row says.
        case changedVideo = "changed_video"
        case missingPoster = "missing_poster"
        case missingSidecar = "missing_sidecar"
        /// Begun and never ended, and nobody is recording.
        case unfinished
        /// Its deletion was begun and not ended.
        case halfDeleted = "half_deleted"
        /// Left by a write that was cut off.
        case leftover
        /// No row knows it. Never deleted.
        case unknownFile = "unknown_file"
        /// Inside the database.
        case database
    }

    public enum Repair: String, Hashable, Sendable, Codable {
        /// Nothing was tried (no `--repair`, or a dry run).
        case notTried = "not_tried"
        case done
        /// It can't be repaired by a program; the text says what to do.
        case impossible
        case failed
    }

    public var kind: Kind
    public var clip: ClipID?
    /// Below the clip folder.
    public var path: String?
    /// What it means and what a repair does.
    public var text: String
    public var repair = Repair.notTried

    /// Whether something is wrong: an unknown file may well be somebody's.
    public var isProblem: Bool { kind != .unknownFile }
}
