import Domain
import Foundation
import Logging
import Media
import Storage
import Synchronization

/// Writes one recording from the ring to disk, on a thread of its own: usually one file; another one when the stream
/// changes its parameters or the camera reconnects in the middle.
final class ClipWriter: Sendable {
    private struct State {
        var plan: ClipPlan
        var clip: Clip
        /// Finish with what has come in so far.
        var mustClose = false
        /// The clip is not the recording's first file, so that no poster has been made for it.
        var isContinuation = false
        var isDone = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    let recorder: ClipRecorder
    private let cursor: RingCursor
    private let state: Mutex<State>

    /// A camera that sends nothing for so long has ended the clip.
    private static let silenceSeconds = 10.0

    init(recorder: ClipRecorder, cursor: RingCursor, plan: ClipPlan, clip: Clip) {
        self.recorder = recorder
        self.cursor = cursor
        state = Mutex(State(plan: plan, clip: clip))
    }

    var clip: Clip { state.withLock { $0.clip } }
    var isDone: Bool { state.withLock { $0.isDone } }

    func extend(with incident: Incident) -> Bool {
        state.withLock { state in
            guard !state.isDone, !state.mustClose else { return false }
            return state.plan.extend(with: incident)
        }
    }

    func update(_ incident: Incident) -> Bool {
        state.withLock { state in
            guard !state.isDone else { return false }
            return state.plan.update(incident)
        }
    }

    /// Ends with what is in the ring now.
    func close() { state.withLock { $0.mustClose = true } }

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

    /// Starts the thread.
    /// - Parameters:
    ///   - first: The packet that the clip begins with.
    ///   - muxer: The opened file.
    func start(first: RingItem, muxer: ClipMuxer) {
        let opening = Opening(first: first, muxer: muxer)
        let thread = Thread { [self] in
            run(opening.first, opening.muxer)
            cursor.release()
            let waiters = state.withLock { state in
                state.isDone = true
                defer { state.waiters = [] }
                return state.waiters
            }
            recorder.finished(self)
            for waiter in waiters { waiter.resume() }
        }
        thread.name = "write clip"
        thread.start()
    }

    /// Hands the muxer to the thread; nobody else touches it after.
    private struct Opening: @unchecked Sendable {
        let first: RingItem
        let muxer: ClipMuxer
    }

    private func run(_ first: RingItem, _ opened: ClipMuxer) {
        var muxer = opened
        var item = first
        var lastArrival = recorder.clock.monotonicSeconds()
        do {
            writing: while true {
                if muxer.parameters !== item.parameters
                    || muxer.start.map({ $0.epoch != item.packet.time.epoch }) == true
                {
                    guard item.packet.isKeyFrame else { break }
                    muxer = try continueInNewFile(after: muxer, at: item)
                }
                if isPast(item.packet) { break }
                try muxer.write(item.packet)
                while true {
                    // Closing takes what has come in already, without waiting for more.
                    let mustClose = state.withLock { $0.mustClose }
                    if let next = mustClose ? cursor.nextIfPresent() : cursor.nextBlocking(timeoutSeconds: 0.25) {
                        item = next
                        lastArrival = recorder.clock.monotonicSeconds()
                        break
                    }
                    let silence = recorder.clock.monotonicSeconds() - lastArrival
                    if mustClose || cursor.isAtEnd || silence >= Self.silenceSeconds { break writing }
                }
            }
            close()
            try finish(muxer)
        } catch {
            recorder.logger.error("\(recorder.camera): clip \(clip.id): \(error); what is on disk is kept")
            salvage()
        }
    }

    /// The clip ends before this packet; from then on it takes no further incident.
    private func isPast(_ packet: Packet) -> Bool {
        state.withLock { state in
            guard packet.time > state.plan.stop else { return false }
            state.mustClose = true
            return true
        }
    }

    /// The same incidents go on in another file, which begins at `item`.
    private func continueInNewFile(after muxer: ClipMuxer, at item: RingItem) throws -> ClipMuxer {
        let left = state.withLock { state -> Double in
            let written = state.plan.start.advanced(bySeconds: muxer.durationSeconds)
            return max(0, state.plan.stop.seconds(since: written) ?? 0)
        }
        try finish(muxer)
        let (clip, incidents) = state.withLock { state -> (Clip, [Incident]) in
            let start = item.packet.pts
            let incidents = state.plan.incidents
            if start.epoch == state.plan.start.epoch {
                state.plan.start = start
            } else {
                state.plan.move(to: start, secondsLeft: left)
            }
            state.clip = recorder.makeClip(first: item, incident: nil)
            state.isContinuation = true
            return (state.clip, incidents)
        }
        return try recorder.open(clip, incidents: incidents.map(\.id), parameters: item.parameters)
    }

    /// Whole, named, with its neighbours, and known as such.
    private func finish(_ muxer: ClipMuxer) throws {
        try muxer.finish()
        let (clip, incidents, needsPoster) = state.withLock { state -> (Clip, [Incident], Bool) in
            state.clip.durationSeconds = muxer.durationSeconds
            return (state.clip, state.plan.incidents, state.isContinuation)
        }
        if needsPoster { recorder.salvager.makePoster(of: clip, incidents.first) }
        if muxer.dropsAudio {
            recorder.logger.notice("\(recorder.camera): the sound's codec does not fit into MP4 and is left out")
        }
        let finished = try recorder.finish(clip, frameSize: muxer.parameters.frameSize, incidents: incidents)
        state.withLock { $0.clip = finished }
    }

    private func salvage() {
        do {
            try recorder.salvager.salvage(clip)
        } catch {
            recorder.logger.error("\(recorder.camera): clip \(clip.id): \(error); it is tried again at the next start")
        }
    }
}
