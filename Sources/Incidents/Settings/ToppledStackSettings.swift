import Domain

/// When what comes down in place is a stack, or something tall, that toppled.
///
/// The reasoning: what topples stood. Its place changes from one moment to the next without anything having come there, so
/// that what was covered first stays covered; the changing part sinks, as its centre of mass does, within the two or three
/// seconds that sliding and tipping take (a slender body of 2 m tips over in 1.5 s once it leans); it ends wider or flatter
/// than it began and lies still. Who walks in is not there from one moment to the next; who bends down comes up again.
public struct ToppledStackSettings: Hashable, Sendable, Codable {
    public var enabled: Bool
    /// Smallest height of what stood, in picture heights, > 0. Used where the camera has no scale.
    public var minHeightPictureHeights: Double
    /// Smallest height of what stood in metres, > 0. Used where the camera has a scale.
    public var minHeightMetres: Double
    /// Smallest height of what stood in pixels; where a site gives it, it counts instead of both.
    public var minHeightPixels: Double?
    /// How far what moves must sink, as a part of the height that stood, 0 to 1.
    public var minSinkFraction: Double
    /// Smallest speed at which what moves sinks, in picture heights/s: hands take a stack down slower. Used where the
    /// camera has no scale.
    public var minSinkSpeedPictureHeights: Double
    /// The same in m/s. Used where the camera has a scale.
    public var minSinkSpeedMetres: Double
    /// The same in px/s; where a site gives it, it counts instead of both.
    public var minSinkSpeedPixels: Double?
    /// Largest height to width of what lies, as a part of that of what stood: it spread, or its axis turned.
    public var maxAspectKept: Double
    /// Longest time from the first movement to rest, in seconds.
    public var maxSeconds: Double
    /// How long it must lie still before it is announced, in seconds.
    public var restSeconds: Double

    public init(
        enabled: Bool = true, minHeightPictureHeights: Double = 0.11, minHeightMetres: Double = 0.8,
        minSinkFraction: Double = 0.15, minSinkSpeedPictureHeights: Double = 0.08, minSinkSpeedMetres: Double = 0.4,
        maxAspectKept: Double = 0.85, maxSeconds: Double = 5, restSeconds: Double = 0.8
    ) {
        self.enabled = enabled
        self.minHeightPictureHeights = minHeightPictureHeights
        self.minHeightMetres = minHeightMetres
        self.minSinkFraction = minSinkFraction
        self.minSinkSpeedPictureHeights = minSinkSpeedPictureHeights
        self.minSinkSpeedMetres = minSinkSpeedMetres
        self.maxAspectKept = maxAspectKept
        self.maxSeconds = maxSeconds
        self.restSeconds = restSeconds
    }
}

extension ToppledStackSettings {
    var minHeight: LengthThreshold {
        LengthThreshold(metres: minHeightMetres, pictureHeights: minHeightPictureHeights, pixels: minHeightPixels)
    }
    /// Per second.
    var minSinkSpeed: LengthThreshold {
        LengthThreshold(
            metres: minSinkSpeedMetres, pictureHeights: minSinkSpeedPictureHeights, pixels: minSinkSpeedPixels)
    }
}
