/// `rules.merge`: when two signs belong to one event and so to one incident. Nil means the engine's own default.
public struct MergeConfiguration: Hashable, Sendable {
    /// Longest time between the end of one sign and the start of the next. 0 to 120 seconds.
    public var maxGapSeconds: Double?
    /// Longest distance between their regions. 0 to 2 picture heights.
    public var maxDistancePictureHeights: Double?

    public init() {}

    init(reading section: Section) {
        maxGapSeconds = section.number("max_gap_seconds", in: 0...120, unit: "seconds")
        maxDistancePictureHeights = section.number("max_distance_picture_heights", in: 0...2, unit: "picture heights")
        section.finish()
    }
}
