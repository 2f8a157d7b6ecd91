/// When something that spreads on the floor is a spill.
///
/// The reasoning: a liquid only ever adds floor to what it covers, over seconds, while what it has covered stays as it is.
/// A person who comes nearer grows too, but moves all over; a box that is set down has its size at once; a shadow lets the
/// floor's texture through and goes with what casts it.
public struct SpillSettings: Hashable, Sendable, Codable {
    public var enabled: Bool
    /// Smallest part of the picture covered, 0 to 1. Used where the camera has no scale.
    public var minAreaFraction: Double
    /// Smallest floor covered in m². Used where the camera has a scale.
    public var minAreaSquareMetres: Double
    /// Smallest area in pixels of the analysed picture; where a site gives it, it counts instead of both.
    public var minAreaPixels: Double?
    /// Largest part of the picture covered, 0 to 1: what changes more is the light or the camera.
    public var maxAreaFraction: Double
    /// Largest height of its bounding box divided by the width.
    public var maxHeightToWidth: Double
    /// Smallest part of the picture by which it must have grown, 0 to 1.
    public var minGrownFraction: Double
    /// Smallest floor by which it must have grown in m²; where a site gives it and the camera has a scale, it counts.
    public var minGrownSquareMetres: Double?
    /// The same in pixels; where a site gives it, it counts.
    public var minGrownPixels: Double?
    /// Shortest time over which it must have grown, in seconds.
    public var minGrowthSeconds: Double
    /// Smallest ratio of its area now to that at the beginning of the growth, > 1.
    public var minGrowthRatio: Double
    /// Smallest mean part of its area that it still covers one frame later, 0 to 1.
    public var minContainment: Double
    /// Largest mean part of its pixels that change from frame to frame, 0 to 1.
    public var maxMovingFraction: Double
    /// From this correlation with the floor's own texture on it may be a shadow or a light, and must stay for
    /// `shadowStaySeconds`.
    public var shadowTextureSimilarity: Double
    /// Below this difference of its brightness to the floor's, as a part of it, and with the floor's smoothness, it may be a
    /// shadow's edge or a light, 0 to 1.
    public var minLumaChange: Double
    /// Largest ratio of its own texture to the floor's: a liquid is smooth.
    public var maxTextureRatio: Double
    /// How long something through which the floor shows must stay after it stopped growing, in seconds.
    public var shadowStaySeconds: Double
    /// A spill that has not grown for this long has ended, in seconds.
    public var endAfterSeconds: Double

    public init(
        enabled: Bool = true, minAreaFraction: Double = 0.004, minAreaSquareMetres: Double = 0.1,
        maxAreaFraction: Double = 0.4, maxHeightToWidth: Double = 1.3, minGrownFraction: Double = 0.003,
        minGrowthSeconds: Double = 1, minGrowthRatio: Double = 1.25, minContainment: Double = 0.976,
        maxMovingFraction: Double = 0.35, shadowTextureSimilarity: Double = 0.6,
        minLumaChange: Double = 0.1, maxTextureRatio: Double = 4.5, shadowStaySeconds: Double = 3,
        endAfterSeconds: Double = 8
    ) {
        self.enabled = enabled
        self.minAreaFraction = minAreaFraction
        self.minAreaSquareMetres = minAreaSquareMetres
        self.maxAreaFraction = maxAreaFraction
        self.maxHeightToWidth = maxHeightToWidth
        self.minGrownFraction = minGrownFraction
        self.minGrowthSeconds = minGrowthSeconds
        self.minGrowthRatio = minGrowthRatio
        self.minContainment = minContainment
        self.maxMovingFraction = maxMovingFraction
        self.shadowTextureSimilarity = shadowTextureSimilarity
        self.minLumaChange = minLumaChange
        self.maxTextureRatio = maxTextureRatio
        self.shadowStaySeconds = shadowStaySeconds
        self.endAfterSeconds = endAfterSeconds
    }
}
