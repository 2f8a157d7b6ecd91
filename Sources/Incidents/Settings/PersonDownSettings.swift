import Domain

/// `person_down`: something upright that walked becomes flat and stays so.
///
/// The reasoning: who stands or walks is about three times as tall as wide, who lies is wider than tall from most sides; who
/// bends, kneels or sits is still taller than wide. A stack does not walk before it falls.
public struct PersonDownSettings: Hashable, Sendable, Codable {
    public var enabled: Bool
    /// Smallest height while upright.
    public var minHeight: LengthThreshold
    /// Smallest ratio of height to width while upright, > 1.
    public var minUprightRatio: Double
    /// Largest ratio of height to width when down, > 0.
    public var maxDownRatio: Double
    /// How far it must have come while upright: what never moved by itself is a stack or a door.
    public var minWalked: LengthThreshold
    /// How long it must have been upright, in seconds.
    public var minUprightSeconds: Double
    /// Longest time from no longer upright to flat, in seconds: who lies down to work takes longer.
    public var maxFallSeconds: Double
    /// How long it must stay down, in seconds.
    public var minDownSeconds: Double

    public init(
        enabled: Bool = false, minHeight: LengthThreshold = LengthThreshold(metres: 1.1, pictureHeights: 0.12),
        minUprightRatio: Double = 1.5, maxDownRatio: Double = 0.8,
        minWalked: LengthThreshold = LengthThreshold(metres: 0.5, pictureHeights: 0.06),
        minUprightSeconds: Double = 1, maxFallSeconds: Double = 1.5, minDownSeconds: Double = 5
    ) {
        self.enabled = enabled
        self.minHeight = minHeight
        self.minUprightRatio = minUprightRatio
        self.maxDownRatio = maxDownRatio
        self.minWalked = minWalked
        self.minUprightSeconds = minUprightSeconds
        self.maxFallSeconds = maxFallSeconds
        self.minDownSeconds = minDownSeconds
    }
}
