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
}

extension FrameFeed {
    /// Frames that were made, not received, are whole.
    public var damagedFrames: Int { 0 }
}

/// How fast a file is read.
public enum Pace: String, Sendable, CaseIterable {
    /// As fast as it can be taken; nothing is skipped, so the same file gives the same frames.
    case fast
    /// At the video's own speed; whoever is slower gets the newest frame.
    case realTime = "real-time"
}
