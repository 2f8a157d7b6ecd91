/// The way of one person's body through some seconds, as a network for body landmarks saw it: what `person_down` is proven
/// with, and what a test records instead of the video.
public struct BodyPath: Hashable, Sendable, Codable {
    /// The body in one frame. Positions are pixels of the frame; those of hidden joints are the network's guess.
    public struct Moment: Hashable, Sendable, Codable {
        /// Seconds on the epoch's media time.
        public var seconds: Double
        /// How surely it is a person, 0 to 1.
        public var presence: Double
        /// The middle between both shoulders, both hips, both ankles.
        public var shoulders: Point
        public var hips: Point
        public var ankles: Point
        /// Length of the torso as it would be upright at this distance, in pixels: some half a metre.
        public var torsoPixels: Double

        public init(
            seconds: Double, presence: Double, shoulders: Point, hips: Point, ankles: Point, torsoPixels: Double
        ) {
            self.seconds = seconds
            self.presence = presence
            self.shoulders = shoulders
            self.hips = hips
            self.ankles = ankles
            self.torsoPixels = torsoPixels
        }
    }

    public var frameSize: FrameSize
    /// In order of time. Frames in which no person was found are not there.
    public var moments: [Moment]
    /// Of all frames that were looked at, in order of time.
    public var lookedSeconds: [Double]

    public init(frameSize: FrameSize, moments: [Moment] = [], lookedSeconds: [Double] = []) {
        self.frameSize = frameSize
        self.moments = moments
        self.lookedSeconds = lookedSeconds
    }

    /// Where the body is in the last frame, with some of its limbs.
    public var lastRegion: Region? {
        guard let last = moments.last else { return nil }
        let points = [last.shoulders, last.hips, last.ankles]
        let reach = 0.5 * last.torsoPixels
        let left = (points.map(\.x).min() ?? 0) - reach, right = (points.map(\.x).max() ?? 0) + reach
        let top = (points.map(\.y).min() ?? 0) - reach, bottom = (points.map(\.y).max() ?? 0) + reach
        return Region(
            x: Int(clamping: left), y: Int(clamping: top), width: Int(clamping: right - left),
            height: Int(clamping: bottom - top))
    }
}
