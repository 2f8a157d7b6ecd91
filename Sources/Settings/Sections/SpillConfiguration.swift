/// `rules.spill`: when something that spreads on the floor is a spill. Nil means the rule's own default.
public struct SpillConfiguration: Hashable, Sendable {
    public var enabled: Bool?
    /// Smallest part of the picture covered; used where the camera has no `picture_height_metres`. 0.0001 to 1.
    public var minAreaFraction: Double?
    /// Smallest floor covered in m²; used where the camera has a `picture_height_metres`. 0.001 to 1000.
    public var minAreaSquareMetres: Double?
    /// Smallest area in pixels, instead of both. 1 to 10000000.
    public var minAreaPixels: Double?
    /// Largest part of the picture covered. 0.001 to 1.
    public var maxAreaFraction: Double?
    /// Largest ratio of its height to its width in the picture. 0.1 to 10.
    public var maxHeightToWidth: Double?
    /// Smallest part of the picture that it must have grown by. 0 to 1.
    public var minGrownFraction: Double?
    /// The same in m², with a scale. 0 to 1000.
    public var minGrownSquareMetres: Double?
    /// The same in pixels. 0 to 10000000.
    public var minGrownPixels: Double?
    /// Shortest time over which it must have grown. 0 to 60 seconds.
    public var minGrowthSeconds: Double?
    /// Smallest ratio of its area now to that at the beginning of the growth. 1.01 to 100.
    public var minGrowthRatio: Double?
    /// Smallest mean part of its area that it still covers one frame later. 0 to 1.
    public var minContainment: Double?
    /// Largest mean part of its pixels that change from frame to frame. 0 to 1.
    public var maxMovingFraction: Double?
    /// From this likeness to the floor's own texture on it may be a shadow. 0 to 1.
    public var shadowTextureSimilarity: Double?
    /// Below this difference of its brightness to the floor's it may be light, when it is as smooth as the floor. 0 to 1.
    public var minLumaChange: Double?
    /// Largest ratio of its own texture to the floor's. 1 to 100.
    public var maxTextureRatio: Double?
    /// How long something through which the floor shows must stay after it stopped growing. 0 to 600 seconds.
    public var shadowStaySeconds: Double?
    /// A spill that has not grown for this long has ended. 0.5 to 600 seconds.
    public var endAfterSeconds: Double?

    public init() {}

    init(reading section: Section) {
        enabled = section.node("enabled") == nil ? nil : section.bool("enabled", default: true)
        minAreaFraction = section.number("min_area_fraction", in: 0.0001...1, unit: "part of the picture")
        minAreaSquareMetres = section.number("min_area_square_metres", in: 0.001...1000, unit: "m²")
        minAreaPixels = section.number("min_area_pixels", in: 1...10_000_000, unit: "pixels")
        maxAreaFraction = section.number("max_area_fraction", in: 0.001...1, unit: "part of the picture")
        maxHeightToWidth = section.number("max_height_to_width", in: 0.1...10, unit: "")
        minGrownFraction = section.number("min_grown_fraction", in: 0...1, unit: "part of the picture")
        minGrownSquareMetres = section.number("min_grown_square_metres", in: 0...1000, unit: "m²")
        minGrownPixels = section.number("min_grown_pixels", in: 0...10_000_000, unit: "pixels")
        minGrowthSeconds = section.number("min_growth_seconds", in: 0...60, unit: "seconds")
        minGrowthRatio = section.number("min_growth_ratio", in: 1.01...100, unit: "")
        minContainment = section.number("min_containment", in: 0...1, unit: "")
        maxMovingFraction = section.number("max_moving_fraction", in: 0...1, unit: "")
        shadowTextureSimilarity = section.number("shadow_texture_similarity", in: 0...1, unit: "")
        minLumaChange = section.number("min_luma_change", in: 0...1, unit: "")
        maxTextureRatio = section.number("max_texture_ratio", in: 1...100, unit: "")
        shadowStaySeconds = section.number("shadow_stay_seconds", in: 0...600, unit: "seconds")
        endAfterSeconds = section.number("end_after_seconds", in: 0.5...600, unit: "seconds")
        section.finish()
    }
}
