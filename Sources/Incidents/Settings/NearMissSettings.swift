import Domain

/// `near_miss`: two tracks, one of them fast, would touch within moments.
///
/// The reasoning: a fork-lift goes at 2 to 5 m/s indoors and needs 1 to 2 m to stop; a walker passes with 1.4 m/s. Below
/// 0.8 s to contact nobody has time to react (a driver's reaction takes about 1 s; Green, "How long does it take to
/// stop?", 2000).
public struct NearMissSettings: Hashable, Sendable, Codable {
    public var enabled: Bool
    /// Longest time until they would touch, in seconds, > 0.
    public var maxSecondsToContact: Double
    /// Smallest speed of the faster one.
    public var minSpeed: LengthThreshold
    /// Smallest speed at which they come nearer to each other.
    public var minClosingSpeed: LengthThreshold
    /// Smallest height of either.
    public var minHeight: LengthThreshold
    /// Neither may be younger, in seconds: a blob that just split off another is no second party.
    public var minAgeSeconds: Double
    /// For how long it must be so, in seconds.
    public var minSeconds: Double

    public init(
        enabled: Bool = false, maxSecondsToContact: Double = 0.8,
        minSpeed: LengthThreshold = LengthThreshold(metres: 2, pictureHeights: 0.4),
        minClosingSpeed: LengthThreshold = LengthThreshold(metres: 1.5, pictureHeights: 0.3),
        minHeight: LengthThreshold = LengthThreshold(metres: 0.8, pictureHeights: 0.08), minAgeSeconds: Double = 1,
        minSeconds: Double = 0.2
    ) {
        self.enabled = enabled
        self.maxSecondsToContact = maxSecondsToContact
        self.minSpeed = minSpeed
        self.minClosingSpeed = minClosingSpeed
        self.minHeight = minHeight
        self.minAgeSeconds = minAgeSeconds
        self.minSeconds = minSeconds
    }
}
