import Domain
import Media
import Vision

/// One clicked object of the `track` command: waits for its moment, then is followed.
struct FollowedClick {
    let number: Int
    private let click: ClickArgument
    private var session: (any SegmentationSession)?
    private var clickedAt: MediaTime?
    private(set) var presentFrames = 0
    private(set) var lostFrames = 0

    init(number: Int, click: ClickArgument) {
        self.number = number
        self.click = click
    }

    var isFollowed: Bool { session != nil }
    var startSeconds: Double { click.seconds }

    /// Where the click is to be drawn: in its own frame only.
    func click(in frame: VideoFrame) -> Point? { frame.time == clickedAt ? click.point : nil }

    /// - Parameters:
    ///   - isLast: No frame follows; a click's moment may lie between its time and its end.
    ///   - endSeconds: When the frame is shown no longer.
    /// - Returns: nil before the click's moment.
    mutating func observe(
        _ frame: VideoFrame, isLast: Bool, endSeconds: Double, family: any SegmentationFamily
    ) async throws -> MaskObservation? {
        let observation: MaskObservation
        if let session {
            observation = try await session.step(frame, change: nil)
        } else {
            // Half a millisecond: `@1.2` means the frame at 1.2 s although 1.2 has no exact binary form.
            guard (isLast ? endSeconds : frame.time.seconds) >= click.seconds - 0.000_5 else { return nil }
            let session = try family.makeSession()
            let candidates = try await session.start(frame, prompt: .click(click.point), change: nil)
            self.session = session
            clickedAt = frame.time
            observation = candidates.first.map { .present($0.mask, quality: $0.predictedIoU) } ?? .lost
        }
        if observation.mask == nil { lostFrames += 1 } else { presentFrames += 1 }
        return observation
    }
}
