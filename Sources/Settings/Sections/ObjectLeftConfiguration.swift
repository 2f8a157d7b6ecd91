/// `rules.object_left`: when something that stands in a walkway was left there. Nil means the rule's own default.
public struct ObjectLeftConfiguration: Hashable, Sendable {
    public var enabled: Bool?
    /// How long it must stand alone. 1 to 55: later it belongs to the background.
    public var staySeconds: Double?
    /// Smallest part of the picture covered, without a scale. 0.0001 to 1.
    public var minAreaFraction: Double?
    /// Smallest area seen, with a scale. 0.001 to 100.
    public var minAreaSquareMetres: Double?
    /// Nobody may move closer to it when the time begins. 0 to 1.
    public var aloneDistancePictureHeights: Double?
    /// Smallest part of the contrast along its outline that the picture has. 0 to 1.
    public var minOutlineContrast: Double?

    public init() {}

    init(reading section: Section) {
        enabled = section.node("enabled") == nil ? nil : section.bool("enabled", default: true)
        staySeconds = section.number("stay_seconds", in: 1...55, unit: "seconds")
        minAreaFraction = section.number("min_area_fraction", in: 0.0001...1, unit: "part of the picture")
        minAreaSquareMetres = section.number("min_area_square_metres", in: 0.001...100, unit: "m²")
        aloneDistancePictureHeights = section.number(
            "alone_distance_picture_heights", in: 0...1, unit: "picture heights")
        minOutlineContrast = section.number("min_outline_contrast", in: 0...1, unit: "")
        section.finish()
    }
}
