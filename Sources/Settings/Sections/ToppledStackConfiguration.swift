/// `rules.toppled_stack`: when what comes down in place is a stack, or something tall, that toppled. Nil means the rule's own default.
public struct ToppledStackConfiguration: Hashable, Sendable {
    public var enabled: Bool?
    /// Smallest height of what stood; used where the camera has no `picture_height_metres`. 0.01 to 1.
    public var minHeightPictureHeights: Double?
    /// Smallest height of what stood; used where the camera has a `picture_height_metres`. 0.05 to 20.
    public var minHeightMetres: Double?
    /// Smallest height of what stood in pixels, instead of both. 1 to 10000.
    public var minHeightPixels: Double?
    /// How far what moves must sink, as a part of that height. 0 to 1.
    public var minSinkFraction: Double?
    /// Smallest speed of sinking without a scale. 0 to 10.
    public var minSinkSpeedPictureHeights: Double?
    /// Smallest speed of sinking with a scale. 0 to 20.
    public var minSinkSpeedMetres: Double?
    /// Smallest speed of sinking in px/s, instead of both. 0 to 100000.
    public var minSinkSpeedPixels: Double?
    /// Largest height to width of what lies, as a part of that of what stood. 0.1 to 5.
    public var maxAspectKept: Double?
    /// Longest time from the first movement to rest. 0.5 to 8.
    public var maxSeconds: Double?
    /// How long it must lie still. 0.2 to 5.
    public var restSeconds: Double?

    public init() {}

    init(reading section: Section) {
        enabled = section.node("enabled") == nil ? nil : section.bool("enabled", default: true)
        minHeightPictureHeights = section.number("min_height_picture_heights", in: 0.01...1, unit: "picture heights")
        minHeightMetres = section.number("min_height_metres", in: 0.05...20, unit: "metres")
        minHeightPixels = section.number("min_height_pixels", in: 1...10_000, unit: "pixels")
        minSinkFraction = section.number("min_sink_fraction", in: 0...1, unit: "")
        minSinkSpeedPictureHeights = section.number(
            "min_sink_speed_picture_heights", in: 0...10, unit: "picture heights/s")
        minSinkSpeedMetres = section.number("min_sink_speed_metres", in: 0...20, unit: "m/s")
        minSinkSpeedPixels = section.number("min_sink_speed_pixels", in: 0...100_000, unit: "pixels/s")
        maxAspectKept = section.number("max_aspect_kept", in: 0.1...5, unit: "")
        maxSeconds = section.number("max_seconds", in: 0.5...8, unit: "seconds")
        restSeconds = section.number("rest_seconds", in: 0.2...5, unit: "seconds")
        section.finish()
    }
}
