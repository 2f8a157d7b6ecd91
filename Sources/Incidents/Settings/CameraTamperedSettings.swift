/// `camera_tampered`: the picture is no longer the one the camera usually gives.
///
/// Ratios are against the usual picture, which is learned over minutes: a camera that was moved on purpose alarms once and
/// is then accepted.
public struct CameraTamperedSettings: Hashable, Sendable, Codable {
    public var enabled: Bool
    /// Covered: contrast below this part of the usual one.
    public var coveredContrastRatio: Double
    /// Whether a picture that is simply dark counts as covered. Off where lights go out and the camera has no infrared.
    public var darkCounts: Bool
    /// Mean luma (0 to 255) below which a picture is dark.
    public var darkLuma: Double
    /// Blurred: sharpness below this part of the usual one, while the coarse picture stays.
    public var blurredSharpnessRatio: Double
    /// Turned: the coarse picture's correlation with the usual one below this, −1 to 1.
    public var turnedSimilarity: Double
    /// How long it must be so, in seconds.
    public var minSeconds: Double
    /// Not one pixel has changed for this long, in seconds.
    public var frozenSeconds: Double

    public init(
        enabled: Bool = true, coveredContrastRatio: Double = 0.3, darkCounts: Bool = true, darkLuma: Double = 30,
        blurredSharpnessRatio: Double = 0.4, turnedSimilarity: Double = 0.35, minSeconds: Double = 5,
        frozenSeconds: Double = 60
    ) {
        self.enabled = enabled
        self.coveredContrastRatio = coveredContrastRatio
        self.darkCounts = darkCounts
        self.darkLuma = darkLuma
        self.blurredSharpnessRatio = blurredSharpnessRatio
        self.turnedSimilarity = turnedSimilarity
        self.minSeconds = minSeconds
        self.frozenSeconds = frozenSeconds
    }
}
