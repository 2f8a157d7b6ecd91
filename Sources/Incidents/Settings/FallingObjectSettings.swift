import Domain

/// When a descent is a fall.
///
/// The reasoning: in free fall the picture shows `g · cos(pitch) / pictureHeightMetres` picture heights per second squared.
/// Most warehouse cameras see between 2 m and 8 m of height at the distance that matters, pitched down by up to 45°, so a
/// fall accelerates by 1 to 5 picture heights/s². A person walks with at most some 0.3 picture heights/s and without
/// acceleration; hands that set a box down by a metre within a second reach half of these thresholds. Without a scale, a
/// fall in a picture 12 m high looks like a box set down in one 3 m high: cameras with a wider view need their scale.
public struct FallingObjectSettings: Hashable, Sendable, Codable {
    public var enabled: Bool
    /// Smallest drop of the centroid, in picture heights, > 0. Used where the camera has no scale.
    public var minDropPictureHeights: Double
    /// Smallest drop of the centroid in metres, > 0. Used where the camera has a scale.
    public var minDropMetres: Double
    /// Smallest drop in pixels of the analysed picture; where a site gives it, it counts instead of both.
    public var minDropPixels: Double?
    /// Smallest downward acceleration, in picture heights/s². Used where the camera has no scale.
    public var minAccelerationPictureHeights: Double
    /// Smallest downward acceleration in m/s²: g less friction at the edge it slides off, the tilt of the camera, and the
    /// error of a fit to few samples. Used where the camera has a scale.
    public var minAccelerationMetres: Double
    /// Smallest downward acceleration in px/s²; where a site gives it, it counts instead of both.
    public var minAccelerationPixels: Double?
    /// Smallest speed at the lower end, in picture heights/s. Used where the camera has no scale.
    public var minPeakSpeedPictureHeights: Double
    /// Smallest speed at the lower end in m/s; free fall of 0.2 m reaches 2 m/s. Used where the camera has a scale.
    public var minPeakSpeedMetres: Double
    /// Smallest speed at the lower end in px/s; where a site gives it, it counts instead of both.
    public var minPeakSpeedPixels: Double?
    /// Longest free fall in seconds: 1.3 s are 8.3 m.
    public var maxFallSeconds: Double
    /// Longest time between the impact and rest (bouncing, tumbling, rolling), in seconds.
    public var maxSettleSeconds: Double
    /// How long it must lie still before it is announced, in seconds.
    public var restSeconds: Double

    public init(
        enabled: Bool = true, minDropPictureHeights: Double = 0.07, minDropMetres: Double = 0.4,
        minAccelerationPictureHeights: Double = 0.8, minAccelerationMetres: Double = 3,
        minPeakSpeedPictureHeights: Double = 0.4, minPeakSpeedMetres: Double = 1.8, maxFallSeconds: Double = 1.3,
        maxSettleSeconds: Double = 3, restSeconds: Double = 0.6
    ) {
        self.enabled = enabled
        self.minDropPictureHeights = minDropPictureHeights
        self.minDropMetres = minDropMetres
        self.minAccelerationPictureHeights = minAccelerationPictureHeights
        self.minAccelerationMetres = minAccelerationMetres
        self.minPeakSpeedPictureHeights = minPeakSpeedPictureHeights
        self.minPeakSpeedMetres = minPeakSpeedMetres
        self.maxFallSeconds = maxFallSeconds
        self.maxSettleSeconds = maxSettleSeconds
        self.restSeconds = restSeconds
    }
}

extension FallingObjectSettings {
    var minDrop: LengthThreshold {
        LengthThreshold(metres: minDropMetres, pictureHeights: minDropPictureHeights, pixels: minDropPixels)
    }
    /// Per second squared.
    var minAcceleration: LengthThreshold {
        LengthThreshold(
            metres: minAccelerationMetres, pictureHeights: minAccelerationPictureHeights, pixels: minAccelerationPixels)
    }
    /// Per second.
    var minPeakSpeed: LengthThreshold {
        LengthThreshold(
            metres: minPeakSpeedMetres, pictureHeights: minPeakSpeedPictureHeights, pixels: minPeakSpeedPixels)
    }
}
