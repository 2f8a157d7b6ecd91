public import Domain
public import Foundation
import Glibc
public import Logging
import Media
import Synchronization

/// H.264 copies of clips for browsers that can't play what the camera sent: made when somebody asks, one at a time, and thrown
/// away again. The original stays what is kept and exported.
///
/// Who waits asks again every few seconds; when nobody has for ``Limits/patienceSeconds``, the work is given up.
public final class ClipCopies: Sendable {
    public struct Limits: Hashable, Sendable {
        /// All copies together; those that were looked at longest ago go first.
        public var maxBytes: Int64 = 1 << 30
        /// One copy, while it is made.
        public var maxCopyBytes: Int64 = 256 << 20
        /// Free space that copies leave on their disk.
        public var reserveBytes: Int64 = 512 << 20
        /// For making one copy.
        public var maxSeconds = 900.0
        public var patienceSeconds = 15.0
        /// Those that wait for their turn.
        public var maxWaiting = 8
        /// A failure is not tried again for so long.
        public var failureSeconds = 30.0

        public init() {}
    }

    /// Why there is no copy.
    public enum Failure: String, Error, Hashable, Sendable {
        /// Not a frame of it can be read.
        case damaged
        case tooLarge, tooSlow, noRoom
        /// Too many wait.
        case busy
        /// It is still being recorded, or gone.
        case notThere
        /// The log says more.
        case other
    }

    public struct Making: Hashable, Sendable {
        /// 0 to 1.
        public var progress = 0.0
        /// What can be played already, from ``startSeconds`` of the clip on; nil for a moment.
        public var part: URL?
        public var startSeconds = 0.0
        /// ``part`` goes to the clip's end.
        public var isPartWhole = false
        /// As MIME types name it.
        public var codec = ""
    }

    /// What there is of a copy.
    public enum Answer: Hashable, Sendable {
        /// So many come before it.
        case waiting(ahead: Int)
        case making(Making)
        case ready(URL)
        case failed(Failure)
    }

    private struct Job {
        enum State {
            case waiting
            case making(Making)
            case failed(Failure, at: Double)
        }

        var state = State.waiting
        var clip: Clip
        var fromSeconds: Double
        var order: Int
        /// On the monotonic clock.
        var wantedUntil: Double

        /// Waits or is made.
        func isUnderWay(before other: Job? = nil) -> Bool {
            if case .failed = state { return false }
            return other.map { order < $0.order } ?? true
        }
    }

    private struct State {
        var jobs: [ClipID: Job] = [:]
        var count = 0
    }

    private struct Unwanted: Error {}

    private let files: ClipFiles
    private let folder: URL
    private let limits: Limits
    private let clock: any WallClock
    private let logger: Logger
    private let disk = LocalFileSystem()
    private let state = Mutex(State())
    private let worker = BlockingWork("clip copies", maxThreads: 1)

    /// Looks into the folder, which may wait for the disk: what an earlier run did not finish goes.
    /// - Parameter files: Says where copies lie; see ``ClipFiles/copies``.
    public init(
        files: ClipFiles, limits: Limits = Limits(), clock: any WallClock, logger: Logger = Logger(label: "recording")
    ) {
        BlockingWork.assertMayBlock("looking for copies")
        self.files = files
        folder = files.copies
        self.limits = limits
        self.clock = clock
        self.logger = logger
        for file in list() where file.url.pathExtension != "mp4" { try? disk.remove(path(file.url)) }
        prune(makingRoomFor: nil)
    }

    /// What there is of a clip's copy; begins to make one.
    /// - Parameter fromSeconds: Of the clip: what is made first. Who asks first decides.
    public func ask(for clip: Clip, fromSeconds: Double) async -> Answer {
        await BlockingWork.shared.run { [self] in answer(clip, fromSeconds) }
    }

    private func answer(_ clip: Clip, _ fromSeconds: Double) -> Answer {
        guard clip.state == .finished, let copy = files.copy(of: clip) else { return .failed(.notThere) }
        if disk.exists(path(copy)) {
            // Used now, for the order in which copies go.
            utimes(path(copy), nil)
            return .ready(copy)
        }
        let now = clock.monotonicSeconds()
        let (answer, isNew) = state.withLock { state -> (Answer, Bool) in
            if var job = state.jobs[clip.id] {
                job.wantedUntil = now + limits.patienceSeconds
                state.jobs[clip.id] = job
                switch job.state {
                case .waiting: return (.waiting(ahead: state.jobs.values.count { $0.isUnderWay(before: job) }), false)
                case .making(let making): return (.making(making), false)
                case .failed(let failure, let at):
                    if now - at < limits.failureSeconds { return (.failed(failure), false) }
                    state.jobs[clip.id] = nil
                }
            }
            guard state.jobs.values.count(where: { $0.isUnderWay() }) <= limits.maxWaiting else {
                return (.failed(.busy), false)
            }
            state.count += 1
            let job = Job(
                clip: clip, fromSeconds: fromSeconds.isFinite ? max(0, fromSeconds) : 0, order: state.count,
                wantedUntil: now + limits.patienceSeconds)
            state.jobs[clip.id] = job
            return (.waiting(ahead: state.jobs.values.count { $0.isUnderWay(before: job) }), true)
        }
        if isNew { worker.start { [self] in work(on: clip.id) } }
        return answer
    }

    /// Throws away all copies that are not being made: the disk is full.
    func removeAll() {
        for file in list() where file.url.pathExtension == "mp4" { try? disk.remove(path(file.url)) }
    }

    // MARK: - Making

    private func work(on id: ClipID) {
        guard let job = state.withLock({ $0.jobs[id] }) else { return }
        // Cameras and their analysis come first. A thread of Linux has a niceness of its own.
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
        var failure: Failure?
        do {
            try make(job)
        } catch is Unwanted {
            logger.debug("nobody waits for the copy of clip \(id) any more")
        } catch let error as Failure {
            failure = error
        } catch let error as FileFailure where error.isDiskFull {
            failure = .noRoom
        } catch let error as MediaError {
            logger.warning("clip \(id) can't be copied for a browser: \(error)")
            failure =
                switch error {
                case .notFound: .notThere
                case .encodingFailed, .cannotWrite: .other
                default: .damaged
                }
        } catch {
            logger.warning("clip \(id) can't be copied for a browser: \(error)")
            failure = .other
        }
        let now = clock.monotonicSeconds()
        state.withLock { state in
            if let failure {
                state.jobs[id]?.state = .failed(failure, at: now)
            } else {
                state.jobs[id] = nil
            }
            // What failed long ago is not remembered for ever.
            state.jobs = state.jobs.filter { _, job in
                if case .failed(_, let at) = job.state { return now - at < limits.failureSeconds }
                return true
            }
        }
    }

    private func make(_ job: Job) throws {
        guard let copy = files.copy(of: job.clip), let source = files.videoFile(of: job.clip) else {
            throw Failure.notThere
        }
        try check(job.clip.id, since: nil)
        if !disk.exists(path(folder)) { try DurableFiles(disk).makeFolder(folder) }
        let expected = min(limits.maxCopyBytes, max(16 << 20, job.clip.bytes ?? 0))
        if try disk.space(path(folder)).availableBytes < limits.reserveBytes + expected {
            removeAll()
            guard try disk.space(path(folder)).availableBytes >= limits.reserveBytes + expected else {
                throw Failure.noRoom
            }
        }
        let stem = copy.deletingPathExtension()
        let after = stem.appendingPathExtension("after"), before = stem.appendingPathExtension("before")
        let whole = stem.appendingPathExtension("part")
        func clean() { for file in [after, before, whole] { try? disk.remove(path(file)) } }
        clean()
        defer { clean() }

        let started = clock.monotonicSeconds()
        let length = max(job.clip.durationSeconds, 0.1)
        var made = 0.0
        var making = Making()
        func step(_ part: PlayableCopy.Part, from begin: Double) throws {
            try check(job.clip.id, since: started)
            try checkSize([after, before])
            if making.part == nil {
                making.part = after
                making.startSeconds = part.startSeconds
                making.codec = part.codec
            }
            making.progress = min(0.99, max(making.progress, (made + part.reachedSeconds - begin) / length))
            tell(job.clip.id, making)
        }
        tell(job.clip.id, making)
        // A little earlier, so that a player that goes there finds a frame.
        let moment = max(0, min(job.fromSeconds, length - 1) - 0.5)
        let later = try PlayableCopy.encode(source, from: moment, to: after) { try step($0, from: moment) }
        making.isPartWhole = true
        tell(job.clip.id, making)
        made = later.map { $0.reachedSeconds - moment } ?? 0
        let until = later?.startSeconds ?? .infinity
        let earlier =
            moment > 0
            ? try PlayableCopy.encode(source, from: 0, until: until, to: before) { try step($0, from: 0) } : nil
        let parts = [earlier, later].compactMap { $0 }
        guard !parts.isEmpty else { throw Failure.damaged }
        try PlayableCopy.join(parts, to: whole)
        // Once it is there, nothing else is, and all together are within the limit.
        for part in [after, before] { try disk.remove(path(part)) }
        prune(makingRoomFor: whole)
        // The clip may have been deleted meanwhile, its copy with it: none may come after.
        try disk.rename(path(whole), to: path(copy))
        guard files.videoFile(of: job.clip) != nil else {
            try disk.remove(path(copy))
            throw Failure.notThere
        }
    }

    private func tell(_ id: ClipID, _ making: Making) { state.withLock { $0.jobs[id]?.state = .making(making) } }

    private func check(_ id: ClipID, since started: Double?) throws {
        let now = clock.monotonicSeconds()
        guard state.withLock({ $0.jobs[id].map { now < $0.wantedUntil } ?? false }) else { throw Unwanted() }
        if let started, now - started > limits.maxSeconds { throw Failure.tooSlow }
    }

    private func checkSize(_ parts: [URL]) throws {
        var bytes: Int64 = 0
        for part in parts {
            var facts = stat()
            if stat(path(part), &facts) == 0 { bytes += Int64(facts.st_size) }
        }
        if bytes > limits.maxCopyBytes { throw Failure.tooLarge }
    }

    // MARK: - The folder

    private struct Entry {
        var url: URL
        var bytes: Int64
        var usedAt: Date
    }

    private func list() -> [Entry] {
        let keys: Set<URLResourceKey> = [.fileSizeKey, .contentModificationDateKey]
        let urls = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: Array(keys))
        return (urls ?? []).map { url in
            let values = try? url.resourceValues(forKeys: keys)
            return Entry(
                url: url, bytes: Int64(values?.fileSize ?? 0), usedAt: values?.contentModificationDate ?? .distantPast)
        }
    }

    /// The ones that were used longest ago go, until all together, with the one that is about to come, are within the limit.
    private func prune(makingRoomFor next: URL?) {
        let all = list()
        let coming = all.first { $0.url.lastPathComponent == next?.lastPathComponent }
        let copies = all.filter { $0.url.pathExtension == "mp4" }.sorted { $0.usedAt < $1.usedAt }
        var bytes = copies.reduce(coming?.bytes ?? 0) { $0 + $1.bytes }
        for entry in copies where bytes > limits.maxBytes {
            try? disk.remove(path(entry.url))
            bytes -= entry.bytes
        }
    }

    private func path(_ url: URL) -> String { url.path(percentEncoded: false) }
}
