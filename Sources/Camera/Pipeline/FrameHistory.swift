import Domain
public import Media
import Synchronization

/// The frames of the last seconds, for whoever has to look back.
public protocol FrameHistory: Sendable {
    /// Takes each analysed frame.
    func note(_ frame: VideoFrame)

    /// The frames between two moments of one epoch, both included, in order, as far back as there are any.
    /// - Throws: `MediaError`.
    func frames(from: MediaTime, to: MediaTime) async throws -> [VideoFrame]
}

/// Keeps the frames themselves: for files, of which few are played at a time.
public final class KeptFrames: FrameHistory {
    private let seconds: Double
    private let frames = Mutex<[VideoFrame]>([])

    public init(seconds: Double) { self.seconds = seconds }

    public func note(_ frame: VideoFrame) {
        frames.withLock { frames in
            if let last = frames.last, last.time.epoch != frame.time.epoch { frames.removeAll() }
            frames.append(frame)
            // Trimmed in steps, so that the array is not moved for each frame.
            let oldest = frame.time.seconds - seconds
            if let first = frames.first, first.time.seconds < oldest - 1 {
                frames.removeFirst(frames.firstIndex { $0.time.seconds >= oldest } ?? 0)
            }
        }
    }

    public func frames(from: MediaTime, to: MediaTime) -> [VideoFrame] {
        frames.withLock { frames in frames.filter { $0.time >= from && $0.time <= to } }
    }
}

/// Decodes the frames again from the packets that a camera's ring still holds: costs nothing until it is asked.
public struct RingFrames: FrameHistory {
    private let ring: PacketRing
    private let maxFrames: Int

    /// - Parameter maxFrames: Of one answer at most; each is a whole decoded frame. More are thinned out evenly, so that what
    ///   was before an event is there however long ago it began, and the newest is always there.
    public init(ring: PacketRing, maxFrames: Int = 150) {
        self.ring = ring
        self.maxFrames = maxFrames
    }

    public func note(_ frame: VideoFrame) {}

    public func frames(from: MediaTime, to: MediaTime) async throws -> [VideoFrame] {
        try await BlockingWork.shared.run { [ring, maxFrames] in
            var frames: [VideoFrame] = []
            var newest: VideoFrame?
            var number = 0, stride = 1
            try StillFrames.each(in: ring, from: from) { frame in
                guard frame.time <= to else { return false }
                guard frame.time >= from, !frame.isDamaged else { return true }
                newest = frame
                if number % stride == 0 { frames.append(frame) }
                number += 1
                if frames.count >= maxFrames {
                    frames = frames.indices.filter { $0 % 2 == 0 }.map { frames[$0] }
                    stride *= 2
                }
                return true
            }
            if let newest, frames.last !== newest { frames.append(newest) }
            return frames
        }
    }
}
