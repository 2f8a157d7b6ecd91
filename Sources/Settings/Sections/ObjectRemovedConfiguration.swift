/// `rules.object_removed`: when something that stood for long is gone. Nil means the rule's own default.
public struct ObjectRemovedConfiguration: Hashable, Sendable {
    public var enabled: Bool?
    /// How long it must have stood. 0 to 1000000.
    public var minStoodSeconds: Double?
    /// How long its place must stay empty. 1 to 55.
    public var staySeconds: Double?
    /// Smallest part of the picture that it covered. 0.0001 to 1.
    public var minAreaFraction: Double?
    /// Smallest area seen in m², with a scale, instead of that part. 0.001 to 100.
    public var minAreaSquareMetres: Double?
    /// Smallest area in pixels, instead of that part. 1 to 10000000.
    public var minAreaPixels: Double?
    /// Largest part of the picture that it covered. 0.001 to 1.
    public var maxAreaFraction: Double?
    /// Nobody may move closer to the place when the time begins. 0 to 1.
    public var aloneDistancePictureHeights: Double?
    /// The same in metres, with a scale. 0 to 100.
    public var aloneDistanceMetres: Double?
    /// The same in pixels. 0 to 10000.
    public var aloneDistancePixels: Double?
    /// Largest part of the contrast along the outline that the picture has. 0 to 1.
    public var maxOutlineContrast: Double?

    public init() {}

    init(reading section: Section) {
        enabled = section.node("enabled") == nil ? nil : section.bool("enabled", default: true)
        minStoodSeconds = section.number("min_stood_seconds", in: 0...1000000, unit: "seconds")
        staySeconds = section.number("stay_seconds", in: 1...55, unit: "seconds")
        minAreaFraction = section.number("min_area_fraction", in: 0.0001...1, unit: "part of the picture")
        minAreaSquareMetres = section.number("min_area_square_metres", in: 0.001...100, unit: "m²")
        minAreaPixels = section.number("min_area_pixels", in: 1...10_000_000, unit: "pixels")
        maxAreaFraction = section.number("max_area_fraction", in: 0.001...1, unit: "part of the picture")
        aloneDistancePictureHeights = section.number(
            "alone_distance_picture_heights", in: 0...1, unit: "picture heights")
        aloneDistanceMetres = section.number("alone_distance_metres", in: 0...100, unit: "metres")
        aloneDistancePixels = section.number("alone_distance_pixels", in: 0...10_000, unit: "pixels")
        maxOutlineContrast = section.number("max_outline_contrast", in: 0...1, unit: "")
        section.finish()
    }
}
