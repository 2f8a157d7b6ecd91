/// How one frame looks as a whole, as against how this camera's picture usually looks: what tells a camera that was
/// covered, turned, blurred or whose picture stands still.
public struct PictureStatistics: Hashable, Sendable, Codable {
    /// Mean luma, 0 to 255.
    public var meanLuma: Double
    /// Standard deviation of the luma over the picture, as a part of the usual one.
    public var contrastRatio: Double
    /// Mean size of the luma's gradient, as a part of the usual one.
    public var sharpnessRatio: Double
    /// Correlation of the coarse picture with the usual one, −1 to 1: what stays high when light or sharpness change.
    public var similarity: Double
    /// For how long not one pixel has changed, in seconds.
    public var frozenSeconds: Double
    /// False until the usual picture is known.
    public var isKnown: Bool

    public init(
        meanLuma: Double, contrastRatio: Double = 1, sharpnessRatio: Double = 1, similarity: Double = 1,
        frozenSeconds: Double = 0, isKnown: Bool = true
    ) {
        self.meanLuma = meanLuma
        self.contrastRatio = contrastRatio
        self.sharpnessRatio = sharpnessRatio
        self.similarity = similarity
        self.frozenSeconds = frozenSeconds
        self.isKnown = isKnown
    }
}
