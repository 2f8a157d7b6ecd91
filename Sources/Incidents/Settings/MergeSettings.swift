/// When two signs belong to one physical event and so to one incident.
public struct MergeSettings: Hashable, Sendable, Codable {
    /// Longest time between the end of one sign and the start of the next, in seconds, ≥ 0. An incident stays open for
    /// this long after its last sign: a box that burst goes on sliding, rolling and leaking for a few seconds.
    public var maxGapSeconds: Double
    /// Longest distance between their regions, in picture heights, ≥ 0.
    public var maxDistancePictureHeights: Double

    public init(maxGapSeconds: Double = 5, maxDistancePictureHeights: Double = 0.1) {
        self.maxGapSeconds = maxGapSeconds
        self.maxDistancePictureHeights = maxDistancePictureHeights
    }
}
