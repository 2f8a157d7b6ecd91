import Domain
import Synchronization

/// The decoded frames of the last moments, while somebody watches: a click on one that is a little old finds it
/// without decoding.
public final class RecentFrames: Sendable {
    private struct State {
        var frames: [VideoFrame] = []
        var wantedUntil = -Double.infinity
    }

    private let capacity: Int
    private let stepSeconds: Double
    private let clock: any WallClock
    private let state = Mutex(State())

    /// - Parameters:
    ///   - capacity: Frames at most; each keeps its planes in memory.
    ///   - stepSeconds: Frames nearer than this to the one before replace it when it is not needed for the spacing.
    public init(capacity: Int = 24, stepSeconds: Double = 0.05, clock: any WallClock) {
        self.capacity = capacity
        self.stepSeconds = stepSeconds
        self.clock = clock
    }

    /// Keep frames for a while from now on.
    public func want(seconds: Double) {
        let until = clock.monotonicSeconds() + seconds
        state.withLock { $0.wantedUntil = max($0.wantedUntil, until) }
    }

    public func append(_ frame: VideoFrame) {
        let now = clock.monotonicSeconds()
        state.withLock { state in
            if now > state.wantedUntil || state.frames.last.map({ $0.time.epoch != frame.time.epoch }) ?? false {
                state.frames.removeAll()
            }
            // The newest is always there.
            if now > state.wantedUntil { state.frames = [] }
            if state.frames.count >= 2 {
                let before = state.frames[state.frames.count - 2]
                if let gap = frame.time.seconds(since: before.time), gap < stepSeconds { state.frames.removeLast() }
            }
            state.frames.append(frame)
            if state.frames.count > capacity { state.frames.removeFirst() }
        }
    }

    public var newest: VideoFrame? { state.withLock { $0.frames.last } }

    /// The frame that was shown at that time; nil when it is not among these.
    public func frame(at time: MediaTime) -> VideoFrame? {
        state.withLock { state in
            guard let first = state.frames.first, let last = state.frames.last, first.time.epoch == time.epoch,
                first.time.pts90k <= time.pts90k + StillFrames.tolerance, time.pts90k <= last.time.pts90k + 45_000
            else { return nil }
            return state.frames.last {
                $0.time.epoch == time.epoch && $0.time.pts90k <= time.pts90k + StillFrames.tolerance
            }
        }
    }
}
