import Domain
import Media

/// A feed that shows its first frame for some seconds before it goes on, so that a short film that begins with the event is
/// judged after the warm-up, as on a camera that has been running.
final actor HeldFirstFrame: FrameFeed {
    private static let framesPerSecond = 10.0

    private let feed: any FrameFeed
    private let holdSeconds: Double
    private var first: VideoFrame?
    private var shownFrames = 0

    init(_ feed: any FrameFeed, seconds: Double) {
        self.feed = feed
        holdSeconds = seconds
    }

    nonisolated var info: StreamInfo { feed.info }
    nonisolated var skippedFrames: Int { feed.skippedFrames }
    nonisolated var damagedFrames: Int { feed.damagedFrames }
    nonisolated func stop() { feed.stop() }

    func next() async throws -> VideoFrame? {
        if shownFrames == 0 { first = try await feed.next() }
        if let first {
            let seconds = Double(shownFrames) / Self.framesPerSecond
            shownFrames += 1
            if seconds < holdSeconds { return try moved(first, by: seconds) }
            self.first = nil
            return try moved(first, by: holdSeconds)
        }
        return try await feed.next().map { try moved($0, by: holdSeconds) }
    }

    private func moved(_ frame: VideoFrame, by seconds: Double) throws -> VideoFrame {
        try frame.shown(at: frame.time.advanced(bySeconds: seconds), date: frame.date.addingTimeInterval(seconds))
    }
}
