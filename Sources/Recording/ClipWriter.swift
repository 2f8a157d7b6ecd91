import Dispatch
import Domain
import Foundation
import Media
import Storage
import Synchronization

/// Writes one recording from the ring to disk, on a thread of its own: usually one file; another one when the stream
/// changes its parameters, when the camera reconnects in the middle, or when the disk fails.
///
/// What the disk has not taken stays in memory (`HeldPackets` and what the cursor pins) and is tried again, in the fallback
/// folder where there is one. A thread that hangs in a disk is left behind: another writer takes over what it held.
final class ClipWriter: Sendable {
    private enum State {
        case recording(Recording)
        /// Another writer has taken over; the clip and the incidents are what the thread that hangs was busy with.
        case leftBehind(Clip?, [IncidentID], successor: ClipWriter)
        /// All files are whole, or given up. The clip is the last one.
        case done(Clip?)
    }

    private struct Recording {
        var plan: ClipPlan
        var file = File.none
        /// Some of the recording is in another file already, so that no poster has been made for the next one.
        var isContinuation = false
        var held = HeldPackets()
        var ending = Ending.none
        /// Since when the thread is in the disk's or the database's hands, on the monotonic clock.
        var busySince: Double?
        var waiters: [CheckedContinuation<Void, Never>] = []

        init(plan: ClipPlan) { self.plan = plan }

        var incidents: [IncidentID] { plan.incidents.map(\.id) }

        var isClosing: Bool { if case .closing = ending { true } else { false } }

        mutating func close() {
            if !isClosing { ending = .closing(triesLeft: ClipWriter.triesWhileClosing) }
        }
    }

    private enum Ending {
        case none
        /// All of it has come in: it takes no further incident.
        case reached
        /// To end with what has come in so far; so many more failures are put up with.
        case closing(triesLeft: Int)
    }

    private enum File {
        /// None has been begun.
        case none
        /// To be begun, or it could not be; with the recording's file before.
        case beginning(Clip, before: Clip?)
        case open(Clip)

        /// The file of now, or the one before while there is none.
        var clip: Clip? {
            switch self {
            case .none: nil
            case .beginning(_, let before): before
            case .open(let clip): clip
            }
        }

        /// The file that was begun last, or could not be.
        var attempted: Clip? {
            switch self {
            case .none: nil
            case .beginning(let clip, _), .open(let clip): clip
            }
        }
    }

    /// Another writer has taken over: the thread ends and touches nothing more.
    private struct LeftBehind: Error {}

    private let recorder: ClipRecorder
    private let cursor: RingCursor
    private let state: Mutex<State>
    /// Held while a sidecar is written; true once the last one is.
    private let sidecar = Mutex(false)
    private let opened = DispatchSemaphore(value: 0)
    private let wake = DispatchSemaphore(value: 0)

    /// A camera that sends nothing for so long has ended the clip.
    private static let silenceSeconds = 10.0
    /// So much of a backlog is written before the first sync.
    private static let maxBacklogBytes = 16 << 20
    private static let triesWhileClosing = 2

    /// - Parameter first: The packet that the cursor has given already.
    init(recorder: ClipRecorder, cursor: RingCursor, plan: ClipPlan, first: RingItem) {
        self.recorder = recorder
        self.cursor = cursor
        var recording = Recording(plan: plan)
        recording.held.append(first)
        state = Mutex(.recording(recording))
    }

    private init(recorder: ClipRecorder, cursor: RingCursor, recording: Recording) {
        self.recorder = recorder
        self.cursor = cursor
        state = Mutex(.recording(recording))
    }

    // MARK: - For the recorder

    /// nil while no file could be begun.
    var clip: Clip? {
        state.withLock { state in
            switch state {
            case .recording(let recording): recording.file.clip
            case .leftBehind(let clip, _, _), .done(let clip): clip
            }
        }
    }

    var isDone: Bool {
        state.withLock { if case .done = $0 { true } else { false } }
    }

    /// Takes a new incident in.
    /// - Returns: false when it needs a clip of its own.
    func extend(with incident: Incident) -> Bool {
        let isIn = try? withRecording { recording in
            guard case .none = recording.ending else { return false }
            return recording.plan.extend(with: incident)
        }
        return isIn ?? false
    }

    /// - Returns: false when the incident is not of this recording, or this one has ended.
    func update(_ incident: Incident) -> Bool {
        (try? withRecording { $0.plan.update(incident) }) ?? false
    }

    /// Ends with what is in the ring now.
    func close() {
        let successor = state.withLock { state -> ClipWriter? in
            if case .leftBehind(_, _, let successor) = state { successor } else { nil }
        }
        if let successor { return successor.close() }
        _ = try? withRecording { $0.close() }
        wake.signal()
    }

    /// Returns when all files are whole.
    func waitUntilDone() async {
        var successor: ClipWriter?
        await withCheckedContinuation { continuation in
            let (mustWait, next) = state.withLock { state -> (Bool, ClipWriter?) in
                switch state {
                case .recording(var recording):
                    recording.waiters.append(continuation)
                    state = .recording(recording)
                    return (true, nil)
                case .leftBehind(_, _, let successor): return (false, successor)
                case .done: return (false, nil)
                }
            }
            successor = next
            if !mustWait { continuation.resume() }
        }
        await successor?.waitUntilDone()
    }

    /// Waits until what has come in so far is on disk; not for long, since the disk may hang.
    func waitUntilSaved(seconds: Double) { _ = opened.wait(timeout: .now() + seconds) }

    /// Runs `body` with the clip that is being written and what it shows, unless its last sidecar has been written.
    func withOpenClip(_ body: (Clip, [Incident]) -> Void) {
        sidecar.withLock { isLast in
            guard !isLast,
                let (clip, incidents) = try? withRecording({ ($0.file.clip, $0.plan.incidents) }),
                let clip, clip.state == .recording
            else { return }
            body(clip, incidents)
        }
    }

    /// Takes what a thread that hangs in the disk was to write.
    /// - Returns: nil when it does not hang.
    func takeOver(ifBusyFor seconds: Double) -> ClipWriter? {
        let now = recorder.clock.monotonicSeconds()
        return state.withLock { state -> ClipWriter? in
            guard case .recording(let old) = state, let since = old.busySince, now - since >= seconds else {
                return nil
            }
            var next = Recording(plan: old.plan)
            next.held = old.held
            next.ending = old.ending
            next.isContinuation = old.isContinuation
            next.waiters = old.waiters
            let successor = ClipWriter(recorder: recorder, cursor: cursor, recording: next)
            state = .leftBehind(old.file.clip, old.incidents, successor: successor)
            return successor
        }
    }

    /// Gives up the oldest of what only memory holds when that is more than it may be. Never silently.
    func enforceMemory() {
        guard let held = try? withRecording({ $0.held.bytes }) else { return }
        let seconds = cursor.skip(toAtMost: max(0, recorder.settings.maxHeldBytes - held))
        guard seconds > 0 else { return }
        _ = try? withRecording { $0.held.removeAll() }
        recorder.lost(seconds: seconds, reason: "the disk has not taken them, and memory is limited")
    }

    /// Starts the thread.
    func start() {
        let thread = Thread { [self] in
            run()
            let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>]? in
                guard case .recording(let recording) = state else { return nil }
                state = .done(recording.file.clip)
                return recording.waiters
            }
            opened.signal()
            guard let waiters else { return }
            cursor.release()
            recorder.finished(self)
            for waiter in waiters { waiter.resume() }
        }
        thread.name = "write clip"
        thread.stackSize = 4 << 20
        thread.start()
    }

    /// - Throws: `LeftBehind` when this writer records nothing any more.
    private func withRecording<Result>(_ body: (inout Recording) throws -> Result) throws -> Result {
        try state.withLock { state in
            guard case .recording(var recording) = state else { throw LeftBehind() }
            // Taken out meanwhile: what it holds would be copied with each packet otherwise.
            state = .done(nil)
            defer { state = .recording(recording) }
            return try body(&recording)
        }
    }

    // MARK: - On the thread

    private func run() {
        while true {
            var output: ClipMuxer?
            do {
                try record(&output)
                return
            } catch is LeftBehind {
                return
            } catch {
                output = nil
                guard (try? goOn(after: error)) ?? false else { return }
            }
        }
    }

    /// From the packets that no file has yet to the end of the recording.
    private func record(_ output: inout ClipMuxer?) throws {
        let held = try withRecording { recording in
            recording.held.beginAgain()
            return recording.held.items
        }
        for item in held { try put(item, into: &output) }
        var lastArrival = recorder.clock.monotonicSeconds()
        while try !hasReachedEnd() {
            guard let item = try nextItem(&lastArrival, output) else {
                close()
                break
            }
            if item.packet.isKeyFrame { try moveOn(from: output, to: item) }
            if try isPast(item.packet) { break }
            try withRecording { $0.held.append(item) }
            try put(item, into: &output)
        }
        if let output { try finish(output) }
    }

    private func hasReachedEnd() throws -> Bool {
        try withRecording { if case .reached = $0.ending { true } else { false } }
    }

    /// - Returns: nil when nothing more is to be written.
    private func nextItem(_ lastArrival: inout Double, _ output: ClipMuxer?) throws -> RingItem? {
        if let next = cursor.nextIfPresent() {
            lastArrival = recorder.clock.monotonicSeconds()
            return next
        }
        // The backlog is written: from here on each fragment goes to disk as it comes.
        if let output, output.isBehind {
            try guarded { try output.catchUp() }
            try noteSaved(output)
            opened.signal()
        }
        while true {
            // Closing takes what has come in already, without waiting for more.
            let mustEnd = try withRecording { $0.isClosing }
            if let next = mustEnd ? cursor.nextIfPresent() : cursor.nextBlocking(timeoutSeconds: 0.1) {
                lastArrival = recorder.clock.monotonicSeconds()
                return next
            }
            let silence = recorder.clock.monotonicSeconds() - lastArrival
            if mustEnd || cursor.isAtEnd || silence >= Self.silenceSeconds { return nil }
        }
    }

    /// The clip ends before this packet; from then on it takes no further incident.
    private func isPast(_ packet: Packet) throws -> Bool {
        try withRecording { recording in
            let plan = recording.plan
            // Times of two connections can't be compared; what comes before the new one's key frame belongs to nothing.
            guard packet.time.epoch == plan.start.epoch, packet.time > plan.stop else { return false }
            if !recording.isClosing { recording.ending = .reached }
            return true
        }
    }

    private func put(_ item: RingItem, into output: inout ClipMuxer?) throws {
        if let muxer = output, muxer.parameters === item.parameters,
            muxer.start.map({ $0.epoch == item.packet.time.epoch }) != false
        {
            let before = muxer.onDisk
            try guarded {
                try muxer.write(item.packet)
                // A file is read faster than it is written: its backlog has no end.
                if try withRecording({ $0.held.bytes }) > Self.maxBacklogBytes { try muxer.catchUp() }
            }
            if muxer.onDisk != before { try noteSaved(muxer) }
            return
        }
        // A file begins with a key frame; what comes before it can't be decoded.
        guard item.packet.isKeyFrame else { return }
        if let muxer = output {
            output = nil
            try finish(muxer)
            try withRecording { recording in
                recording.held.removeAll()
                recording.held.append(item)
            }
        }
        let muxer = try open(at: item)
        output = muxer
        try guarded { try muxer.write(item.packet) }
    }

    private func noteSaved(_ muxer: ClipMuxer) throws {
        guard let last = muxer.onDisk else { return }
        try withRecording { $0.held.markSaved(until: last) }
        recorder.noteSaved()
    }

    private func open(at item: RingItem) throws -> ClipMuxer {
        let (incidents, isFirst) = try withRecording { ($0.plan.incidents, !$0.isContinuation) }
        let clip = recorder.makeClip(first: item, incident: isFirst ? incidents.first : nil)
        try withRecording { $0.file = .beginning(clip, before: $0.file.clip) }
        let muxer = try guarded(of: clip) {
            try recorder.open(clip, incidents: incidents.map(\.id), parameters: item.parameters)
        }
        sidecar.withLock { $0 = false }
        try withRecording { recording in
            recording.file = .open(clip)
            recording.isContinuation = true
            // After a reconnect `moveOn` has moved the plan already.
            if recording.plan.start.epoch == item.packet.pts.epoch { recording.plan.start = item.packet.pts }
        }
        recorder.begun(self, clip, incidents, isFirst: isFirst)
        return muxer
    }

    /// After a reconnect the plan goes on for as long as was left, counted from the first key frame.
    private func moveOn(from muxer: ClipMuxer?, to item: RingItem) throws {
        try withRecording { recording in
            let start = item.packet.pts
            guard start.epoch != recording.plan.start.epoch else { return }
            let written = recording.plan.start.advanced(bySeconds: muxer?.durationSeconds ?? 0)
            recording.plan.move(to: start, secondsLeft: max(0, recording.plan.stop.seconds(since: written) ?? 0))
        }
    }

    /// Whole, named, with its neighbours, and known as such.
    private func finish(_ muxer: ClipMuxer) throws {
        try guarded { _ = try muxer.finish() }
        if muxer.dropsAudio { recorder.noteDroppedAudio() }
        let (found, incidents) = try withRecording { recording -> (Clip?, [Incident]) in
            recording.held.removeAll()
            guard case .open(var clip) = recording.file else { return (nil, []) }
            clip.durationSeconds = muxer.durationSeconds
            recording.file = .open(clip)
            return (clip, recording.plan.incidents)
        }
        guard let clip = found else { return }
        // An incident that has just come to this clip is named in its sidecar, and is on its way into the database: until it
        // is there, the clip stays unfinished, so that a crash finds the two together.
        recorder.waitForCommit(of: incidents)
        do {
            let finished = try guarded(of: clip) {
                try sidecar.withLock { isLast in
                    let finished = try recorder.finish(
                        clip, frameSize: muxer.parameters.frameSize, incidents: incidents)
                    // Until then one that names another incident is still needed.
                    isLast = true
                    return finished
                }
            }
            try withRecording { $0.file = .open(finished) }
        } catch let error as LeftBehind {
            throw error
        } catch {
            // The video is whole and on disk: only its name, hash or row is missing, and that can wait.
            recorder.logger.error("\(recorder.camera): clip \(clip.id): \(error); it is completed later")
            recorder.completeLater(clip, incidents: incidents.map(\.id))
        }
    }

    /// Runs what may hang. Whoever comes back after another has taken over stops here and touches nothing more.
    private func guarded<Result>(of clip: Clip? = nil, _ body: () throws -> Result) throws -> Result {
        try withRecording { $0.busySince = recorder.clock.monotonicSeconds() }
        let result = Swift.Result { try body() }
        let abandoned = state.withLock { state -> (clip: Clip?, incidents: [IncidentID])? in
            switch state {
            case .recording(var recording):
                recording.busySince = nil
                state = .recording(recording)
                return nil
            case .leftBehind(let last, let incidents, _): return (clip ?? last, incidents)
            case .done(let last): return (clip ?? last, [])
            }
        }
        if let abandoned {
            if let clip = abandoned.clip { recorder.completeLater(clip, incidents: abandoned.incidents) }
            throw LeftBehind()
        }
        return try result.get()
    }

    // MARK: - Trouble

    /// The disk or the database has failed: saves what is there, makes room or changes the folder, waits a little.
    /// - Returns: Whether to go on with the packets that are held.
    private func goOn(after error: any Error) throws -> Bool {
        let (file, incidents) = try withRecording { ($0.file, $0.incidents) }
        if let clip = file.clip { recorder.completeLater(clip, incidents: incidents) }
        let folders = recorder.folders, camera = recorder.camera
        let place: ClipFolders.Place =
            file.attempted?.path.hasPrefix(ClipFiles.fallbackPrefix) == true ? .fallback : .primary
        var hasChanged = false
        switch error {
        case let failure as FileFailure:
            recorder.report(failure, of: file.attempted)
            if failure.isDiskFull {
                // What could be deleted lies on the clips' disk: it helps no other one.
                if place == .primary, folders.makeRoom() {
                    hasChanged = true
                } else {
                    folders.noteFull(place)
                    hasChanged = folders.place(for: camera) != place
                }
            } else {
                folders.failed(place, reason: failure.reason)
                hasChanged = folders.place(for: camera) != place
            }
        case is StorageError:
            recorder.report(error, of: file.attempted)
        default:
            recorder.lost(seconds: nil, reason: "\(error)")
            return false
        }
        enforceMemory()
        guard try mayTryAgain() else {
            recorder.lost(seconds: nil, reason: "\(error)")
            return false
        }
        if !hasChanged { _ = wake.wait(timeout: .now() + recorder.settings.retrySeconds) }
        return true
    }

    /// Where the program ends, or a file that is watched has ended, somebody waits: a few more tries, then what is in memory
    /// goes.
    private func mayTryAgain() throws -> Bool {
        try withRecording { recording in
            if cursor.isAtEnd { recording.close() }
            guard case .closing(let triesLeft) = recording.ending else { return true }
            recording.ending = .closing(triesLeft: triesLeft - 1)
            return triesLeft > 0
        }
    }
}

/// The packets of a clip that a failing disk could still take away: from the last key frame before what is not on disk yet.
private struct HeldPackets: Sendable {
    private(set) var items: [RingItem] = []
    private(set) var bytes = 0
    /// How many of the first ones are on disk.
    private var saved = 0

    mutating func append(_ item: RingItem) {
        items.append(item)
        bytes += item.packet.byteCount
    }

    /// Fragments have reached the disk.
    /// - Parameter last: The last frame in them, by its decoding time.
    mutating func markSaved(until last: MediaTime) {
        saved = items.firstIndex { $0.packet.isVideo && $0.packet.time > last } ?? items.count
        guard let key = items.prefix(saved + 1).lastIndex(where: { $0.packet.isKeyFrame }), key > 0 else { return }
        for item in items[..<key] { bytes -= item.packet.byteCount }
        items.removeFirst(key)
        saved -= key
    }

    /// They are to be written once more, into another file.
    mutating func beginAgain() { saved = 0 }

    mutating func removeAll() {
        items.removeAll(keepingCapacity: true)
        bytes = 0
        saved = 0
    }
}
