/// `rules.object_left`: when something that stands in a walkway was left there. Nil means the rule's own default.
public struct ObjectLeftConfiguration: Hashable, Sendable {
    public var enabled: Bool?
    /// How long it must stand alone. 1 to 55: later it belongs to the background.
    public var staySeconds: Double?
    /// Smallest part of the picture covered, without a scale. 0.0001 to 1.
    public var minAreaFraction: Double?
    /// Smallest area seen, with a scale. 0.001 to 100.
    public var minAreaSquareMetres: Double?
    /// Smallest area in pixels, instead of both. 1 to 10000000.
    public var minAreaPixels: Double?
    /// Nobody may move closer to it when the time begins. 0 to 1.
    public var aloneDistancePictureHeights: Double?
    /// The same in metres, with a scale. 0 to 100.
    public var aloneDistanceMetres: Double?
    /// The same in pixels. 0 to 10000.
    public var aloneDistancePixels: Double?
    /// Smallest part of the contrast along its outline that the picture has. 0 to 1.
    public var minOutlineContrast: Double?

    public init() {}

    init(reading section: Section) {
        enabled = section.node("enabled") == nil ? nil : section.bool("enabled", default: true)
        staySeconds = section.number("stay_seconds", in: 1...55, unit: "seconds")
        minAreaFraction = section.number("min_area_fraction", in: 0.0001...1, unit: "part of the picture")
        minAreaSquareMetres = section.number("min_area_square_metres", in: 0.001...100, unit: "m²")
        minAreaPixels = section.number("min_area_pixels", in: 1...10_000_000, unit: "pixels")
        aloneDistancePictureHeights = section.number(
            "alone_distance_picture_heights", in: 0...1, unit: "picture heights")
        aloneDistanceMetres = section.number("alone_distance_metres", in: 0...100, unit: "metres")
        aloneDistancePixels = section.number("alone_distance_pixels", in: 0...10_000, unit: "pixels")
        minOutlineContrast = section.number("min_outline_contrast", in: 0...1, unit: "")
        section.finish()
    }
}
