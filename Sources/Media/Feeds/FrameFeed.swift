import Domain
import Foundation
import Synchronization

/// Decoded frames, one after the other.
public protocol FrameFeed: AnyObject, Sendable {
    /// What is known about the video now; a live source learns it when it connects.
    var info: StreamInfo { get }
    /// Frames that were decoded, or could have been, but were never handed out because newer ones came.
    var skippedFrames: Int { get }
    /// Frames, of those handed out or not, that are damaged: see ``VideoFrame/isDamaged``.
    var damagedFrames: Int { get }
    /// Waits for the next frame.
    /// - Returns: nil at the end.
    /// - Throws: `MediaError`; `CancellationError` when the task was cancelled.
    func next() async throws -> VideoFrame?
    /// Ends the feed at once; `next()` returns nil from now on.
    func stop()
    /// How the stream is decoded now.
    var pace: AnalysisPace { get }
    /// What decodes it; nil before the first packet.
    var method: DecodingMethod? { get }
    /// Takes what the analysis says of each frame it was handed. A frame that was decoded alone and is called busy is no part
    /// of the series: it comes again, with all frames before it that were left out.
    func note(_ verdict: SceneVerdict, of frame: VideoFrame)
}

extension FrameFeed {
    /// Frames that were made, not received, are whole.
    public var damagedFrames: Int { 0 }
    public var pace: AnalysisPace { .full(.configured) }
    public var method: DecodingMethod? { .software }
    public func note(_ verdict: SceneVerdict, of frame: VideoFrame) {}
}

/// How fast a file is read.
public enum Pace: String, Sendable, CaseIterable {
    /// As fast as it can be taken; nothing is skipped, so the same file gives the same frames.
    case fast
    /// At the video's own speed; whoever is slower gets the newest frame.
    case realTime = "real-time"
}

/// Hands frames from a thread to a task: bounded, and either the thread waits when it is full or the newest frame wins.
final class FrameQueue: Sendable {
    enum WhenFull: Sendable {
        case wait
        case dropOldest
    }

    private struct State {
        var frames: [VideoFrame] = []
        var skipped = 0
        var end: Result<Void, any Error>?
        var stopped = false
        /// The thread waits until a frame is taken.
        var isPusherWaiting = false
        var waiter: CheckedContinuation<VideoFrame?, any Error>?
    }

    private let capacity: Int
    private let whenFull: WhenFull
    private let state = Mutex(State())
    /// Signalled when a frame is taken that the thread waits for, and when the queue is stopped.
    private let taken = DispatchSemaphore(value: 0)

    init(capacity: Int, whenFull: WhenFull) {
        self.capacity = capacity
        self.whenFull = whenFull
    }

    var skipped: Int { state.withLock { $0.skipped } }
    var isStopped: Bool { state.withLock { $0.stopped } }

    func addSkipped(_ count: Int) { state.withLock { $0.skipped += count } }

    /// For the thread.
    /// - Parameter dropsNone: Waits when it is full, whatever else is done then.
    /// - Returns: false when nobody wants more.
    func push(_ frame: VideoFrame, dropsNone: Bool = false) -> Bool {
        while true {
            enum Step { case done, stopped, full, resume(CheckedContinuation<VideoFrame?, any Error>) }
            let step = state.withLock { state -> Step in
                if state.stopped { return .stopped }
                if let waiter = state.waiter {
                    state.waiter = nil
                    return .resume(waiter)
                }
                if state.frames.count >= capacity {
                    guard whenFull == .dropOldest, !dropsNone else {
                        state.isPusherWaiting = true
                        return .full
                    }
                    // A damaged frame takes no whole one's place.
                    if frame.isDamaged, state.frames.contains(where: { !$0.isDamaged }) { return .done }
                    state.frames.removeFirst()
                    state.skipped += 1
                }
                state.frames.append(frame)
                return .done
            }
            switch step {
            case .done: return true
            case .stopped: return false
            case .resume(let waiter):
                waiter.resume(returning: frame)
                return true
            case .full: taken.wait()
            }
        }
    }

    /// For the thread: no frames follow those pushed.
    func finish(_ end: Result<Void, any Error>) {
        let waiter = state.withLock { state -> CheckedContinuation<VideoFrame?, any Error>? in
            if state.end == nil { state.end = end }
            defer { state.waiter = nil }
            return state.waiter
        }
        switch end {
        case .success: waiter?.resume(returning: nil)
        case .failure(let error): waiter?.resume(throwing: error)
        }
    }

    /// For the taker: end at once.
    func stop() {
        let waiter = state.withLock { state -> CheckedContinuation<VideoFrame?, any Error>? in
            state.stopped = true
            state.frames = []
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: nil)
        taken.signal()
    }

    /// For the thread: waits until a moment, or less when the queue is stopped.
    /// - Returns: false when stopped.
    func pause(seconds: Double, clock: any WallClock) -> Bool {
        let until = clock.monotonicSeconds() + seconds
        while !isStopped {
            let left = until - clock.monotonicSeconds()
            if left <= 0 { return true }
            _ = taken.wait(timeout: .now() + min(left, 0.5))
        }
        return false
    }

    /// For the taker: the next frame, nil at the end.
    func next() async throws -> VideoFrame? {
        try Task.checkCancellation()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                enum Step { case frame(VideoFrame, wakes: Bool), end, failed(any Error), waiting }
                let step = state.withLock { state -> Step in
                    if state.stopped { return .end }
                    if !state.frames.isEmpty {
                        defer { state.isPusherWaiting = false }
                        return .frame(state.frames.removeFirst(), wakes: state.isPusherWaiting)
                    }
                    switch state.end {
                    case .success: return .end
                    case .failure(let error): return .failed(error)
                    case nil: break
                    }
                    if Task.isCancelled { return .failed(CancellationError()) }
                    state.waiter = continuation
                    return .waiting
                }
                switch step {
                case .frame(let frame, let wakes):
                    if wakes { taken.signal() }
                    continuation.resume(returning: frame)
                case .end: continuation.resume(returning: nil)
                case .failed(let error): continuation.resume(throwing: error)
                case .waiting: break
                }
            }
        } onCancel: {
            let waiter = state.withLock { state -> CheckedContinuation<VideoFrame?, any Error>? in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume(throwing: CancellationError())
        }
    }
}
