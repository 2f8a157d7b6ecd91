import Domain

/// When something that stands in a walkway was left there.
public struct ObjectLeftSettings: Hashable, Sendable, Codable {
    public var enabled: Bool
    /// How long it must stand alone, in seconds, ≥ 1. Beyond a minute it belongs to the background and is not seen any more.
    public var staySeconds: Double
    /// Smallest part of the picture covered, 0 to 1. Used where the camera has no scale.
    public var minAreaFraction: Double
    /// Smallest area seen in m². Used where the camera has a scale.
    public var minAreaSquareMetres: Double
    /// Smallest area in pixels of the analysed picture; where a site gives it, it counts instead of both.
    public var minAreaPixels: Double?
    /// Nobody may move closer to it than this, in picture heights, when the time begins: who works beside it has not left it.
    public var aloneDistancePictureHeights: Double
    /// The same in metres; where a site gives it and the camera has a scale, it counts.
    public var aloneDistanceMetres: Double?
    /// The same in pixels; where a site gives it, it counts.
    public var aloneDistancePixels: Double?
    /// Smallest part of the contrast along its outline that the picture has, as against the background: below, something
    /// left. 0 to 1.
    public var minOutlineContrast: Double

    public init(
        enabled: Bool = true, staySeconds: Double = 30, minAreaFraction: Double = 0.0012,
        minAreaSquareMetres: Double = 0.03, aloneDistancePictureHeights: Double = 0.04, minOutlineContrast: Double = 0.5
    ) {
        self.enabled = enabled
        self.staySeconds = staySeconds
        self.minAreaFraction = minAreaFraction
        self.minAreaSquareMetres = minAreaSquareMetres
        self.aloneDistancePictureHeights = aloneDistancePictureHeights
        self.minOutlineContrast = minOutlineContrast
    }
}

extension ObjectLeftSettings {
    var aloneDistance: LengthThreshold {
        LengthThreshold(
            metres: aloneDistanceMetres, pictureHeights: aloneDistancePictureHeights, pixels: aloneDistancePixels)
    }
}
