/// The way of one thing through the frames before it came to rest, as the network saw it: prompted after the event and
/// followed backwards in time. What rules prove an incident with, and what a test records instead of the video.
public struct RetracedPath: Hashable, Sendable, Codable {
    /// The thing in one frame.
    public struct Moment: Hashable, Sendable, Codable {
        /// Seconds on the epoch's media time.
        public var seconds: Double
        public var region: Region
        public var centroid: Point
        /// Pixels.
        public var area: Double
        /// The network's predicted IoU, 0 to 1.
        public var quality: Double
        /// For the poster and the page; recordings leave it out.
        public var mask: Mask?

        public init(
            seconds: Double, region: Region, centroid: Point, area: Double, quality: Double, mask: Mask? = nil
        ) {
            self.seconds = seconds
            self.region = region
            self.centroid = centroid
            self.area = area
            self.quality = quality
            self.mask = mask
        }
    }

    /// Of the frames, in which all places are pixels.
    public var frameSize: FrameSize
    /// The frame in which it was prompted.
    public var promptSeconds: Double
    /// How sure the network was of its outline there (predicted IoU, 0 to 1); 0 when it found nothing.
    public var quality: Double
    /// IoU of that outline with the pixels that differ from before the event, 0 to 1.
    public var changeOverlap: Double
    /// How much more of the outline is an edge of the picture after the event than before it, −1 to 1: near 0 for a shadow
    /// or a light that changed, below 0 for the place that something left.
    public var outlineGain: Double
    /// How surely it is a person, 0 to 1, in some of the frames; empty where nobody was asked. See `PersonGauge`.
    public var personPresence: [Double] = []
    /// In order of time; the last is the prompted frame. Frames in which it was not found are not there.
    public var moments: [Moment]
    /// Of all frames that were looked at, in order of time.
    public var lookedSeconds: [Double]

    public init(
        frameSize: FrameSize, promptSeconds: Double, quality: Double = 0, changeOverlap: Double = 0,
        outlineGain: Double = 0, moments: [Moment] = [], lookedSeconds: [Double] = []
    ) {
        self.frameSize = frameSize
        self.promptSeconds = promptSeconds
        self.quality = quality
        self.changeOverlap = changeOverlap
        self.outlineGain = outlineGain
        self.moments = moments
        self.lookedSeconds = lookedSeconds
    }
}

extension RetracedPath {
    /// The same without masks: as it is recorded.
    public var withoutMasks: RetracedPath {
        var path = self
        for index in path.moments.indices { path.moments[index].mask = nil }
        return path
    }
}
