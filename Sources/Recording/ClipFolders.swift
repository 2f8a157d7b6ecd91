import Domain
import Foundation
import Glibc
import Logging
import Media
import Synchronization

/// The clip folder and its stand-in, shared by all cameras: knows which of them takes files now, and says so when that changes.
public final class ClipFolders: Sendable {
    enum Place: Sendable { case primary, fallback }

    private struct State {
        /// Why the clip folder takes no files; nil while it does.
        var gone: String?
        /// The clips' disk had no room for a clip.
        var isFull = false
        /// Their clips go to the fallback folder, so that what is left of the clips' disk is for more important cameras.
        var elsewhere: Set<CameraID> = []
        /// Whether people know that clips go to the fallback folder; nil: nothing is known yet.
        var saidFallback: Bool?
        /// What was last said of the fallback folder itself.
        var fallbackTrouble: String?
        /// The clip folder has a mark, or had one.
        var isEstablished = false
        var makeRoom: (@Sendable () -> Bool)?
    }

    public let files: ClipFiles
    let disk: DurableFiles
    let notices: any NoticeSink
    private let logger: Logger
    private let state = Mutex(State())

    public init(
        root: URL, fallback: URL? = nil, copies: URL? = nil, fileSystem: any ClipFileSystem = LocalFileSystem(),
        notices: any NoticeSink = SilentNotices(), logger: Logger = Logger(label: "recording")
    ) {
        files = ClipFiles(root: root, fallback: fallback, copies: copies)
        disk = DurableFiles(fileSystem)
        self.notices = notices
        self.logger = logger
    }

    /// Makes a clip folder when it is missing and proves that a file can be written there.
    /// - Throws: `RecordingError.folderNotWritable`.
    public static func checkWritable(_ root: URL, fileSystem: any ClipFileSystem = LocalFileSystem()) throws {
        do {
            try tryWriting(DurableFiles(fileSystem), root)
        } catch let error as FileFailure {
            throw RecordingError.folderNotWritable(path: root.path(percentEncoded: false), reason: error.reason)
        }
    }

    private static func tryWriting(_ disk: DurableFiles, _ root: URL) throws {
        let probe = root.appending(path: ".write-test-\(getpid())")
        try disk.makeFolder(root)
        try disk.write(Data("ok".utf8), to: probe)
        try disk.remove([probe])
    }

    /// Where a camera's next file goes.
    func place(for camera: CameraID) -> Place {
        guard files.fallback != nil else { return .primary }
        return state.withLock { $0.gone != nil || $0.isFull || $0.elsewhere.contains(camera) ? .fallback : .primary }
    }

    /// What the fallback folder's disk has free; 0 where there is none, or it can't be used.
    func fallbackBytes() -> Int64 {
        guard let fallback = files.fallback else { return 0 }
        do {
            try disk.makeFolder(fallback)
            return try disk.system.space(fallback.path(percentEncoded: false)).availableBytes
        } catch {
            return 0
        }
    }

    /// The cameras whose clips go to the fallback folder, as long as nothing else is said.
    func sendElsewhere(_ cameras: Set<CameraID>) {
        state.withLock { $0.elsewhere = cameras }
        tellFallback()
    }

    /// Says when clips begin to go to the fallback folder, and when no more.
    private func tellFallback() {
        guard let fallback = files.fallback else { return }
        let (isUsed, before) = state.withLock { state in
            let isUsed = state.gone != nil || state.isFull || !state.elsewhere.isEmpty
            defer { state.saidFallback = isUsed }
            return (isUsed, state.saidFallback)
        }
        guard isUsed != before else { return }
        let notice = OperationalNotice.storageFallback(path: files.root.path, fallback: fallback.path)
        if isUsed {
            logger.notice("clips go to \(fallback.path) until the clip folder takes them again")
            notices.raise(notice)
        } else {
            if before == true { logger.notice("clips go to the clip folder again") }
            notices.clear(notice.key)
        }
    }

    /// Whether the clip folder takes files, as far as is known.
    public var isPrimaryThere: Bool { state.withLock { $0.gone == nil } }

    var hasFallback: Bool { files.fallback != nil }

    /// - Parameter makeRoom: Deletes what may go when the disk is full; false when that was nothing. Blocks.
    func onFull(_ makeRoom: @escaping @Sendable () -> Bool) { state.withLock { $0.makeRoom = makeRoom } }

    /// The disk is full: makes room.
    /// - Returns: Whether trying again is worth it.
    func makeRoom() -> Bool { state.withLock { $0.makeRoom }?() ?? false }

    /// Whether the clip folder is the one that clips were written to, and not the empty place where its disk belongs.
    var hasMarker: Bool { disk.exists(marker) }

    private var marker: URL { files.root.appending(path: Self.markerName) }
    static let markerName = ".aislewatch-clips"

    /// For the start of the program: marks a new clip folder; takes one without a mark for missing when the newest clip is
    /// not in it.
    /// - Parameter newest: Of the finished clips in this folder; nil when there is none.
    public func establish(newest: Clip?) {
        state.withLock { $0.isEstablished = true }
        guard isPrimaryThere, !hasMarker else { return }
        if let newest, let video = files.url(newest.path), !disk.exists(video) {
            failed(.primary, reason: Self.notMounted)
            return
        }
        do {
            try disk.makeFolder(files.root)
            try disk.write(Data("Clips of Aislewatch; their database knows them.\n".utf8), to: marker)
        } catch {
            failed(.primary, reason: "\(error)")
        }
    }

    private static let notMounted = "none of its clips is there; is the right disk mounted?"

    /// - Throws: `RecordingError.unusable` when the clip's folder is not there: then nothing about its files can be known.
    func requireFolder(of clip: Clip) throws {
        guard !clip.path.hasPrefix(ClipFiles.fallbackPrefix), let reason = state.withLock({ $0.gone }) else { return }
        throw RecordingError.unusable("the clip folder \(files.root.path) is not there (\(reason))")
    }

    /// The disk has no room and nothing more may be deleted.
    func noteFull(_ place: Place) {
        guard place == .primary else { return failedFallback("it is full") }
        let isNews = state.withLock { state in
            defer { state.isFull = true }
            return !state.isFull
        }
        guard isNews else { return }
        let path = files.root.path(percentEncoded: false)
        logger.critical(
            "the disk of the clip folder \(path) is full\(hasFallback ? "" : "; packets are kept in memory")")
        notices.raise(.diskLow(path: path, freeBytes: 0))
        tellFallback()
    }

    /// Whether a megabyte can be written: a disk that says that it has room may be out of something else.
    func takesBytes() -> Bool {
        let probe = files.root.appending(path: ".room-test-\(getpid())")
        do {
            try disk.write(Data(count: 1 << 20), to: probe)
            try disk.remove([probe])
            return true
        } catch {
            return false
        }
    }

    /// A writer has found the disk full.
    var isFull: Bool { state.withLock { $0.isFull } }

    /// The disk has room again.
    func noteRoom() {
        state.withLock { state in
            state.isFull = false
            state.fallbackTrouble = nil
        }
        tellFallback()
    }

    private func failedFallback(_ reason: String) {
        let isNews = state.withLock { state in
            defer { state.fallbackTrouble = reason }
            return state.fallbackTrouble != reason
        }
        if isNews {
            logger.error(
                "the fallback folder \(files.fallback?.path ?? "") can't be written (\(reason)); packets are kept in memory"
            )
        }
    }

    /// A write into a place failed.
    func failed(_ place: Place, reason: String) {
        guard place == .primary else { return failedFallback(reason) }
        let isNews = state.withLock { state in
            defer { state.gone = reason }
            return state.gone == nil
        }
        guard isNews else { return }
        let path = files.root.path
        logger.critical("the clip folder \(path) can't be written (\(reason)); packets are kept in memory")
        notices.raise(.storageGone(path: path, reason: reason))
        tellFallback()
    }

    /// Tries whether the clip folder takes files again, or has stopped to. Blocks, for ever if the disk hangs.
    public func probe() {
        if state.withLock({ $0.isEstablished }), !hasMarker {
            failed(.primary, reason: Self.notMounted)
            return
        }
        do {
            try Self.tryWriting(disk, files.root)
            let wasGone = state.withLock { state in
                guard state.gone != nil else { return false }
                state.gone = nil
                state.fallbackTrouble = nil
                return true
            }
            if wasGone { logger.notice("the clip folder \(files.root.path) can be written again") }
            // What an earlier run may have left open too.
            notices.clear(OperationalNotice.storageGone(path: files.root.path, reason: "").key)
            tellFallback()
        } catch let error as FileFailure {
            // A full disk is another matter: room is made there.
            if !error.isDiskFull { failed(.primary, reason: error.reason) }
        } catch {
            failed(.primary, reason: "\(error)")
        }
    }
}
