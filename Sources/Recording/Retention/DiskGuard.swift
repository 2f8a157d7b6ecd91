import Domain
import Foundation
import Logging
import Storage
import Synchronization

/// Keeps the clips' disk from filling up: lets clips go whose time is over, then, up to the reserve, the oldest that nobody
/// has protected; and when nothing more may go, sends the cameras' clips to the fallback folder, those of low priority first, and
/// has them stop where that has no room either. It says so each time.
///
/// What was freed is asked of the clips' own mount after each deletion, not computed.
public final class DiskGuard: Sendable {
    private struct State {
        var stopped: Set<CameraID> = []
        /// Their clips go to the fallback folder.
        var elsewhere: Set<CameraID> = []
        /// Clips that could not be deleted; said once.
        var undeletable: Set<ClipID> = []
        var lastUpkeep: Double?
        /// When a clip went before its time, on the monotonic clock.
        var lastEarly: Double?
        /// What the wall clock was ahead of the monotonic one at the last look, in seconds.
        var clockOffset: Double?
        /// The wall clock jumped: until then nothing goes because of its age. On the monotonic clock.
        var distrustsClockUntil = -Double.infinity
    }

    /// What one look did.
    public struct Outcome: Hashable, Sendable {
        /// Clips whose time was over, or that were more than `maxBytes` allows.
        public var expired = 0
        /// Clips that went before their time because the disk was full.
        public var early = 0
        public var availableBytes: Int64 = 0
    }

    private let folders: ClipFolders
    private let store: Store
    private let copies: ClipCopies?
    private let policy: RetentionPolicy
    private let recorders: @Sendable () -> [(recorder: ClipRecorder, priority: CameraPriority)]
    private let clock: any WallClock
    private let logger: Logger
    private let state = Mutex(State())
    /// One deletion run at a time: writers that find the disk full come here too.
    private let running = Mutex(())

    private static let pageClips = 200
    /// Recording goes on when this much more than the reserve is free, so that it does not flutter.
    private static let resumeFactor = 1.1
    private static let upkeepSeconds = 600.0
    /// A full disk is full again with the next clip: its notice stays open for so long.
    private static let calmSeconds = 600.0
    /// A wall clock that jumps further than a person or summer time would set it may be wrong, and be put right again: for
    /// so long nobody's clips are too old.
    private static let clockJumpSeconds = 7_200.0
    private static let distrustSeconds = 86_400.0
    /// With less than this a disk counts as full even where no reserve is asked for.
    private static let leastBytes: Int64 = 64 << 20
    private static let forecastHours = 24.0

    /// - Parameter copies: Thrown away before any clip is.
    public init(
        folders: ClipFolders, store: Store, copies: ClipCopies? = nil, policy: RetentionPolicy, clock: any WallClock,
        logger: Logger = Logger(label: "recording"),
        recorders: @escaping @Sendable () -> [(recorder: ClipRecorder, priority: CameraPriority)] = { [] }
    ) {
        self.folders = folders
        self.store = store
        self.copies = copies
        self.policy = policy
        self.clock = clock
        self.logger = logger
        self.recorders = recorders
        folders.onFull { [weak self] in self?.makeRoom() ?? false }
    }

    /// To be called every few seconds. Blocks on the disk: not on the tasks' threads.
    @discardableResult
    public func look() throws -> Outcome {
        var outcome = Outcome()
        let now = clock.monotonicSeconds()
        let isUpkeepDue = state.withLock { state in
            if let last = state.lastUpkeep, now - last < Self.upkeepSeconds { return false }
            state.lastUpkeep = now
            return true
        }
        if isUpkeepDue {
            outcome.expired = try removeExpired()
            try store.blocking.removeLinks(expiredBefore: clock.now() - 7 * 86_400)
        }
        guard folders.isPrimaryThere else {
            // All of them go on elsewhere, or in memory.
            release()
            return outcome
        }
        let path = folders.files.root.path(percentEncoded: false)
        var space = try folders.disk.system.space(path)
        if space.availableBytes < policy.reserveBytes {
            outcome.early = try freeUp(to: policy.reserveBytes)
            space = try folders.disk.system.space(path)
        }
        outcome.availableBytes = space.availableBytes
        let least = min(Self.leastBytes, space.totalBytes / 10)
        if folders.isFull, space.availableBytes >= max(policy.reserveBytes, least), folders.takesBytes() {
            folders.noteRoom()
        }
        decide(space, path: path, early: outcome.early)
        if isUpkeepDue { try forecast(space, path: path) }
        return outcome
    }

    /// For a writer that found the disk full: lets the oldest unprotected clips go.
    private func makeRoom() -> Bool {
        do {
            // Without a reserve too: the disk is full now, and a writer waits.
            let now = clock.monotonicSeconds()
            let isCalm = state.withLock { $0.lastEarly.map { now - $0 >= Self.calmSeconds } ?? true }
            let freed = try freeUp(to: policy.reserveBytes > 0 ? policy.reserveBytes : Self.leastBytes)
            guard freed > 0 else { return false }
            logger.log(
                level: isCalm ? .warning : .info, "the clips' disk was full: \(freed) clips went before their time")
            let path = folders.files.root.path(percentEncoded: false)
            folders.notices.raise(
                .diskLow(path: path, freeBytes: (try? folders.disk.system.space(path).availableBytes) ?? 0))
            return true
        } catch {
            logger.error("no room could be made on the clips' disk: \(error)")
            return false
        }
    }

    /// By age, severity and review; then by the size of all.
    private func removeExpired() throws -> Int {
        let now = clock.now()
        var removed = trustsClock() ? try sweep { policy.isExpired($0, now: now) ? .remove : .keep } : 0
        guard let most = policy.maxBytes else { return removed }
        var excess = try store.blocking.clipBytes() - most
        guard excess > 0 else { return removed }
        removed += try sweep { kept in
            guard excess > 0 else { return .stop }
            guard !kept.isProtected else { return .keep }
            excess -= kept.clip.bytes ?? 0
            return .remove
        }
        return removed
    }

    private func trustsClock() -> Bool {
        let monotonic = clock.monotonicSeconds()
        let offset = clock.now().timeIntervalSince1970 - monotonic
        let (jump, isTrusted) = state.withLock { state in
            let jump = state.clockOffset.map { offset - $0 } ?? 0
            state.clockOffset = offset
            if abs(jump) > Self.clockJumpSeconds { state.distrustsClockUntil = monotonic + Self.distrustSeconds }
            return (jump, monotonic >= state.distrustsClockUntil)
        }
        if abs(jump) > Self.clockJumpSeconds {
            logger.warning(
                "the wall clock has jumped by \(Int(jump)) s: for a day no clip is deleted because of its age")
        }
        return isTrusted
    }

    /// The oldest unprotected ones, until the disk has so much free.
    private func freeUp(to bytes: Int64) throws -> Int {
        let path = folders.files.root.path(percentEncoded: false)
        // What can be made again goes first.
        copies?.removeAll()
        let freed = try sweep { kept in
            guard try folders.disk.system.space(path).availableBytes < bytes else { return .stop }
            // What lies on another disk frees nothing here.
            return kept.isProtected || kept.clip.path.hasPrefix(ClipFiles.fallbackPrefix) ? .keep : .remove
        }
        let now = clock.monotonicSeconds()
        if freed > 0 { state.withLock { $0.lastEarly = now } }
        return freed
    }

    private enum Verdict { case keep, remove, stop }

    /// Goes through the finished clips, oldest first. One that can't be deleted does not keep the others from it.
    private func sweep(_ verdict: (KeptClip) throws -> Verdict) throws -> Int {
        try running.withLock { _ in
            let remover = ClipRemover(folders: folders, store: store)
            var removed = 0
            var last: ClipID?
            while true {
                let page = try store.blocking.keptClips(after: last, limit: Self.pageClips)
                guard let end = page.last else { return removed }
                for kept in page {
                    switch try verdict(kept) {
                    case .keep: continue
                    case .stop: return removed
                    case .remove: break
                    }
                    do {
                        try remover.remove(kept.clip)
                        removed += 1
                        logger.info("clip \(kept.clip.id) of \(kept.clip.startDate) was deleted")
                    } catch {
                        if state.withLock({ $0.undeletable.insert(kept.clip.id).inserted }) {
                            logger.error("clip \(kept.clip.id) can't be deleted: \(error)")
                        }
                    }
                }
                last = end.clip.id
            }
        }
    }

    /// Where each camera records with what is free, and which notices are open.
    private func decide(_ space: DiskSpace, path: String, early: Int) {
        let cameras = recorders()
        let now = clock.monotonicSeconds()
        let (before, elsewhereBefore, isCalm) = state.withLock { state in
            (state.stopped, state.elsewhere, state.lastEarly.map { now - $0 >= Self.calmSeconds } ?? true)
        }
        var stopped: Set<CameraID> = [], elsewhere: Set<CameraID> = []
        lazy var fallbackBytes = folders.fallbackBytes()
        for (recorder, priority) in cameras {
            let camera = recorder.camera, share = Double(policy.reserveBytes) * priority.reserveShare
            func hasRoom(_ bytes: Int64, _ needed: Double, after wasShort: Bool) -> Bool {
                Double(bytes) >= needed * (wasShort ? Self.resumeFactor : 1)
            }
            let wasStopped = before.contains(camera)
            if hasRoom(space.availableBytes, share, after: wasStopped || elsewhereBefore.contains(camera)) {
                recorder.isPaused = false
                continue
            }
            let isSaved = hasRoom(fallbackBytes, max(share, Double(Self.leastBytes)), after: wasStopped)
            if isSaved { elsewhere.insert(camera) } else { stopped.insert(camera) }
            recorder.isPaused = !isSaved
        }
        state.withLock { state in
            state.stopped = stopped
            state.elsewhere = elsewhere
        }
        folders.sendElsewhere(elsewhere)
        for camera in stopped.subtracting(before).sorted(by: { $0.rawValue < $1.rawValue }) {
            logger.critical("\(camera): records no more clips: the disk is full and nothing more may be deleted")
        }
        for camera in before.subtracting(stopped) { logger.notice("\(camera): records again") }
        for (recorder, _) in cameras {
            let notice = OperationalNotice.recordingStopped(recorder.camera)
            if stopped.contains(recorder.camera) {
                folders.notices.raise(notice)
            } else {
                folders.notices.clear(notice.key)
            }
        }
        let isLow = early > 0 || !stopped.isEmpty || space.availableBytes < policy.reserveBytes
        if isLow {
            folders.notices.raise(.diskLow(path: path, freeBytes: space.availableBytes))
        } else if isCalm, Double(space.availableBytes) >= Double(policy.reserveBytes) * Self.resumeFactor {
            folders.notices.clear(OperationalNotice.diskLow(path: path, freeBytes: 0).key)
        }
    }

    /// No camera stops because of the clips' disk.
    private func release() {
        state.withLock { $0.stopped = [] }
        for (recorder, _) in recorders() {
            recorder.isPaused = false
            folders.notices.clear(OperationalNotice.recordingStopped(recorder.camera).key)
        }
    }

    /// At the pace of the last day.
    private func forecast(_ space: DiskSpace, path: String) throws {
        let day = 86_400.0
        let bytesPerHour = Double(try store.blocking.clipBytes(since: clock.now() - day)) / 24
        let key = OperationalNotice.diskForecast(path: path, hoursLeft: 0).key
        guard bytesPerHour > 0 else { return folders.notices.clear(key) }
        let hours = Double(space.availableBytes - policy.reserveBytes) / bytesPerHour
        if hours > 0, hours < Self.forecastHours {
            folders.notices.raise(.diskForecast(path: path, hoursLeft: hours))
        } else {
            folders.notices.clear(key)
        }
    }
}
