/// `rules.falling_object`: when a descent is a fall. Nil means the rule's own default.
///
/// Of a pair, the value in metres counts where the camera has a `picture_height_metres`, the other where it has none.
public struct FallingObjectConfiguration: Hashable, Sendable {
    public var enabled: Bool?
    /// Smallest drop, in picture heights. 0.005 to 1.
    public var minDropPictureHeights: Double?
    /// Smallest drop in metres. 0.05 to 50.
    public var minDropMetres: Double?
    /// Smallest drop in pixels, instead of both. 1 to 10000.
    public var minDropPixels: Double?
    /// Smallest downward acceleration, in picture heights/s². 0.01 to 50.
    public var minAccelerationPictureHeights: Double?
    /// Smallest downward acceleration in m/s². 0.1 to 9.81.
    public var minAccelerationMetres: Double?
    /// Smallest downward acceleration in px/s², instead of both. 1 to 100000.
    public var minAccelerationPixels: Double?
    /// Smallest speed at the lower end, in picture heights/s. 0.01 to 20.
    public var minPeakSpeedPictureHeights: Double?
    /// Smallest speed at the lower end in m/s. 0.1 to 50.
    public var minPeakSpeedMetres: Double?
    /// Smallest speed at the lower end in px/s, instead of both. 1 to 100000.
    public var minPeakSpeedPixels: Double?
    /// Longest free fall. 0.1 to 5 seconds.
    public var maxFallSeconds: Double?
    /// Longest time between the impact and rest. 0 to 30 seconds.
    public var maxSettleSeconds: Double?
    /// How long it must lie still before it is announced. 0 to 30 seconds.
    public var restSeconds: Double?

    public init() {}

    init(reading section: Section) {
        enabled = section.node("enabled") == nil ? nil : section.bool("enabled", default: true)
        minDropPictureHeights = section.number("min_drop_picture_heights", in: 0.005...1, unit: "picture heights")
        minDropMetres = section.number("min_drop_metres", in: 0.05...50, unit: "metres")
        minDropPixels = section.number("min_drop_pixels", in: 1...10_000, unit: "pixels")
        minAccelerationPictureHeights = section.number(
            "min_acceleration_picture_heights", in: 0.01...50, unit: "picture heights/s²")
        minAccelerationMetres = section.number("min_acceleration_metres", in: 0.1...9.81, unit: "m/s²")
        minAccelerationPixels = section.number("min_acceleration_pixels", in: 1...100_000, unit: "pixels/s²")
        minPeakSpeedPictureHeights = section.number(
            "min_peak_speed_picture_heights", in: 0.01...20, unit: "picture heights/s")
        minPeakSpeedMetres = section.number("min_peak_speed_metres", in: 0.1...50, unit: "m/s")
        minPeakSpeedPixels = section.number("min_peak_speed_pixels", in: 1...100_000, unit: "pixels/s")
        maxFallSeconds = section.number("max_fall_seconds", in: 0.1...5, unit: "seconds")
        maxSettleSeconds = section.number("max_settle_seconds", in: 0...30, unit: "seconds")
        restSeconds = section.number("rest_seconds", in: 0...30, unit: "seconds")
        section.finish()
    }
}
