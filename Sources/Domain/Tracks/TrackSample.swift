/// A track at one moment. Positions are pixels of the analysed picture.
public struct TrackSample: Hashable, Sendable, Codable {
    /// Seconds on the camera's media time (of the track's epoch); in a clip's sidecar, seconds on the clip's time.
    public var seconds: Double
    public var region: Region
    public var centroid: Point
    /// Pixels.
    public var area: Double
    /// What the motion gate saw; nil for a sample that comes from the network alone.
    public var cues: MotionCues?
    /// The network's mask, at the analysis rate only.
    public var mask: Mask?
    /// The network's predicted IoU of `mask`, 0 to 1.
    public var quality: Double?

    public init(
        seconds: Double, region: Region, centroid: Point, area: Double, cues: MotionCues? = nil, mask: Mask? = nil,
        quality: Double? = nil
    ) {
        self.seconds = seconds
        self.region = region
        self.centroid = centroid
        self.area = area
        self.cues = cues
        self.mask = mask
        self.quality = quality
    }
}
