/// `rules.object_removed`: when something that stood for long is gone. Nil means the rule's own default.
public struct ObjectRemovedConfiguration: Hashable, Sendable {
    public var enabled: Bool?
    /// How long it must have stood. 0 to 1000000.
    public var minStoodSeconds: Double?
    /// How long its place must stay empty. 1 to 55.
    public var staySeconds: Double?
    /// Smallest part of the picture that it covered. 0.0001 to 1.
    public var minAreaFraction: Double?
    /// Largest part of the picture that it covered. 0.001 to 1.
    public var maxAreaFraction: Double?
    /// Nobody may move closer to the place when the time begins. 0 to 1.
    public var aloneDistancePictureHeights: Double?
    /// Largest part of the contrast along the outline that the picture has. 0 to 1.
    public var maxOutlineContrast: Double?

    public init() {}

    init(reading section: Section) {
        enabled = section.node("enabled") == nil ? nil : section.bool("enabled", default: true)
        minStoodSeconds = section.number("min_stood_seconds", in: 0...1000000, unit: "seconds")
        staySeconds = section.number("stay_seconds", in: 1...55, unit: "seconds")
        minAreaFraction = section.number("min_area_fraction", in: 0.0001...1, unit: "part of the picture")
        maxAreaFraction = section.number("max_area_fraction", in: 0.001...1, unit: "part of the picture")
        aloneDistancePictureHeights = section.number(
            "alone_distance_picture_heights", in: 0...1, unit: "picture heights")
        maxOutlineContrast = section.number("max_outline_contrast", in: 0...1, unit: "")
        section.finish()
    }
}
