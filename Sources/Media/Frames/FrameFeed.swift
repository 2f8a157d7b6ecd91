/// Decoded frames, one after the other.
public protocol FrameFeed: AnyObject, Sendable {
    /// What is known about the video now; a live source learns it when it connects.
    var info: StreamInfo { get }
    /// Frames that were decoded, or could have been, but were never handed out because newer ones came.
    var skippedFrames: Int { get }
    /// Waits for the next frame.
    /// - Returns: nil at the end.
    /// - Throws: `MediaError`; `CancellationError` when the task was cancelled.
    func next() async throws -> VideoFrame?
    /// Ends the feed at once; `next()` returns nil from now on.
    func stop()
}
