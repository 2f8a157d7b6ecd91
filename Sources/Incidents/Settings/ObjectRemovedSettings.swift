import Domain

/// When something that stood for long is gone.
///
/// What is taken away leaves a place that differs from the known picture, lies still, and has fewer edges along its outline
/// than before: they went with the object.
public struct ObjectRemovedSettings: Hashable, Sendable, Codable {
    public var enabled: Bool
    /// How long it must have stood, in seconds, ≥ 0: goods that come and go all day are nobody's concern.
    public var minStoodSeconds: Double
    /// How long the place must stay empty and alone, in seconds, ≥ 1 and below a minute.
    public var staySeconds: Double
    /// Smallest and largest part of the picture that it covered, 0 to 1.
    public var minAreaFraction: Double
    public var maxAreaFraction: Double
    /// Smallest area seen in m²; where a site gives it and the camera has a scale, it counts.
    public var minAreaSquareMetres: Double?
    /// Smallest area in pixels of the analysed picture; where a site gives it, it counts.
    public var minAreaPixels: Double?
    /// Nobody may move closer to the place than this, in picture heights, when the time begins.
    public var aloneDistancePictureHeights: Double
    /// The same in metres; where a site gives it and the camera has a scale, it counts.
    public var aloneDistanceMetres: Double?
    /// The same in pixels; where a site gives it, it counts.
    public var aloneDistancePixels: Double?
    /// Largest part of the contrast along the outline that the picture has, as against the background, 0 to 1.
    public var maxOutlineContrast: Double

    public init(
        enabled: Bool = true, minStoodSeconds: Double = 600, staySeconds: Double = 10, minAreaFraction: Double = 0.002,
        maxAreaFraction: Double = 0.2, aloneDistancePictureHeights: Double = 0.04, maxOutlineContrast: Double = 0.35
    ) {
        self.enabled = enabled
        self.minStoodSeconds = minStoodSeconds
        self.staySeconds = staySeconds
        self.minAreaFraction = minAreaFraction
        self.maxAreaFraction = maxAreaFraction
        self.aloneDistancePictureHeights = aloneDistancePictureHeights
        self.maxOutlineContrast = maxOutlineContrast
    }
}

extension ObjectRemovedSettings {
    var aloneDistance: LengthThreshold {
        LengthThreshold(
            metres: aloneDistanceMetres, pictureHeights: aloneDistancePictureHeights, pixels: aloneDistancePixels)
    }
}
