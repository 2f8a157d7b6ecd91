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
    struct State {
        var plan: ClipPlan
        /// The file of now, or the one before while there is none.
        var clip: Clip?
        /// The file that was begun last, or could not be.
        var attempted: Clip?
        var held = HeldPackets()
        /// Finish with what has come in so far.
        var mustClose = false
        /// Some of the recording is in another file already, so that no poster has been made for the next one.
        var isContinuation = false
        /// Since when the thread is in the disk's or the database's hands, on the monotonic clock.
        var busySince: Double?
        /// Another writer has taken over.
        var isAbandoned = false
        var isDone = false
        var triesWhileClosing = 0
        var waiters: [CheckedContinuation<Void, Never>] = []

        init(plan: ClipPlan) { self.plan = plan }
    }

    let recorder: ClipRecorder
    let cursor: RingCursor
    let state: Mutex<State>
    /// Held while a sidecar is written; true once the last one is.
    let sidecar = Mutex(false)
    private let opened = DispatchSemaphore(value: 0)
    let wake = DispatchSemaphore(value: 0)

    /// A camera that sends nothing for so long has ended the clip.
    private static let silenceSeconds = 10.0
    /// So much of a backlog is written before the first sync.
    private static let maxBacklogBytes = 16 << 20

    init(recorder: ClipRecorder, cursor: RingCursor, state: State) {
        self.recorder = recorder
        self.cursor = cursor
        self.state = Mutex(state)
    }

    /// nil while no file could be begun.
    var clip: Clip? { state.withLock { $0.clip } }
    var isDone: Bool { state.withLock { $0.isDone } }

    func extend(with incident: Incident) -> Bool {
        state.withLock { state in
            guard !state.isDone, !state.mustClose, !state.isAbandoned else { return false }
            return state.plan.extend(with: incident)
        }
    }

    func update(_ incident: Incident) -> Bool {
        state.withLock { state in
            guard !state.isDone, !state.isAbandoned else { return false }
            return state.plan.update(incident)
        }
    }

    /// Ends with what is in the ring now.
    func close() {
        state.withLock { $0.mustClose = true }
        wake.signal()
    }

    /// Returns when all files are whole.
    func waitUntilDone() async {
        await withCheckedContinuation { continuation in
            let done = state.withLock { state in
                if !state.isDone { state.waiters.append(continuation) }
                return state.isDone
            }
            if done { continuation.resume() }
        }
    }

    /// Waits until what has come in so far is on disk; not for long, since the disk may hang.
    func waitUntilSaved(seconds: Double) { _ = opened.wait(timeout: .now() + seconds) }

    /// Starts the thread.
    func start() {
        let thread = Thread { [self] in
            run()
            let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>]? in
                guard !state.isAbandoned else { return nil }
                state.isDone = true
                defer { state.waiters = [] }
                return state.waiters
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

    // MARK: - On the thread

    private func run() {
        while true {
            var output: ClipMuxer?
            do {
                try record(&output)
                return
            } catch {
                output = nil
                if state.withLock({ $0.isAbandoned }) { return }
                guard goOn(after: error) else { return }
            }
        }
    }

    /// From the packets that no file has yet to the end of the recording.
    private func record(_ output: inout ClipMuxer?) throws {
        let held = state.withLock { state in
            state.held.beginAgain()
            return state.held.items
        }
        for item in held { try put(item, into: &output) }
        var lastArrival = recorder.clock.monotonicSeconds()
        while let item = try nextItem(&lastArrival, output) {
            if item.packet.isKeyFrame { moveOn(from: output, to: item) }
            if isPast(item.packet) { break }
            state.withLock { $0.held.append(item) }
            try put(item, into: &output)
        }
        close()
        if let output { try finish(output) }
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
            noteSaved(output)
            opened.signal()
        }
        while true {
            // Closing takes what has come in already, without waiting for more.
            let mustClose = state.withLock { $0.mustClose }
            if let next = mustClose ? cursor.nextIfPresent() : cursor.nextBlocking(timeoutSeconds: 0.1) {
                lastArrival = recorder.clock.monotonicSeconds()
                return next
            }
            let silence = recorder.clock.monotonicSeconds() - lastArrival
            if mustClose || cursor.isAtEnd || silence >= Self.silenceSeconds { return nil }
        }
    }

    /// The clip ends before this packet; from then on it takes no further incident.
    private func isPast(_ packet: Packet) -> Bool {
        state.withLock { state in
            // Times of two connections can't be compared; what comes before the new one's key frame belongs to nothing.
            guard packet.time.epoch == state.plan.start.epoch, packet.time > state.plan.stop else { return false }
            state.mustClose = true
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
                if state.withLock({ $0.held.bytes }) > Self.maxBacklogBytes { try muxer.catchUp() }
            }
            if muxer.onDisk != before { noteSaved(muxer) }
            return
        }
        // A file begins with a key frame; what comes before it can't be decoded.
        guard item.packet.isKeyFrame else { return }
        if let muxer = output {
            output = nil
            try finish(muxer)
            state.withLock { state in
                state.held.removeAll()
                state.held.append(item)
            }
        }
        let muxer = try open(at: item)
        output = muxer
        try guarded { try muxer.write(item.packet) }
    }

    private func noteSaved(_ muxer: ClipMuxer) {
        guard let last = muxer.onDisk else { return }
        state.withLock { $0.held.markSaved(until: last) }
    }

    private func open(at item: RingItem) throws -> ClipMuxer {
        let (incidents, isFirst) = state.withLock { ($0.plan.incidents, !$0.isContinuation) }
        let clip = recorder.makeClip(first: item, incident: isFirst ? incidents.first : nil)
        state.withLock { $0.attempted = clip }
        let muxer = try guarded(of: clip) {
            try recorder.open(clip, incidents: incidents.map(\.id), parameters: item.parameters)
        }
        sidecar.withLock { $0 = false }
        state.withLock { state in
            state.clip = clip
            state.isContinuation = true
            // After a reconnect `moveOn` has moved the plan already.
            if state.plan.start.epoch == item.packet.pts.epoch { state.plan.start = item.packet.pts }
        }
        recorder.begun(self, clip, incidents, isFirst: isFirst)
        return muxer
    }

    /// After a reconnect the plan goes on for as long as was left, counted from the first key frame.
    private func moveOn(from muxer: ClipMuxer?, to item: RingItem) {
        state.withLock { state in
            let start = item.packet.pts
            guard start.epoch != state.plan.start.epoch else { return }
            let written = state.plan.start.advanced(bySeconds: muxer?.durationSeconds ?? 0)
            state.plan.move(to: start, secondsLeft: max(0, state.plan.stop.seconds(since: written) ?? 0))
        }
    }

    /// Whole, named, with its neighbours, and known as such.
    private func finish(_ muxer: ClipMuxer) throws {
        try guarded { _ = try muxer.finish() }
        if muxer.dropsAudio { recorder.noteDroppedAudio() }
        let (found, incidents) = state.withLock { state -> (Clip?, [Incident]) in
            state.held.removeAll()
            state.clip?.durationSeconds = muxer.durationSeconds
            return (state.clip, state.plan.incidents)
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
            state.withLock { $0.clip = finished }
        } catch {
            if state.withLock({ $0.isAbandoned }) { throw error }
            // The video is whole and on disk: only its name, hash or row is missing, and that can wait.
            recorder.logger.error("\(recorder.camera): clip \(clip.id): \(error); it is completed later")
            recorder.completeLater(clip, incidents: incidents.map(\.id))
        }
    }

    /// Runs what may hang. Whoever comes back after another has taken over stops here and touches nothing more.
    private func guarded<Result>(of clip: Clip? = nil, _ body: () throws -> Result) throws -> Result {
        state.withLock { $0.busySince = recorder.clock.monotonicSeconds() }
        let result = Swift.Result { try body() }
        let isAbandoned = state.withLock { state in
            state.busySince = nil
            return state.isAbandoned
        }
        if isAbandoned {
            if let clip = clip ?? self.clip {
                recorder.completeLater(clip, incidents: state.withLock { $0.plan.incidents.map(\.id) })
            }
            throw Abandoned()
        }
        return try result.get()
    }

    private struct Abandoned: Error {}
}
