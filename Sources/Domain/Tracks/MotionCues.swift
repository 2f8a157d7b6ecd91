/// What the motion gate measures of a changed blob in one frame, against the background model and the frame before.
/// All are cheap and class-agnostic; the rules weigh them.
public struct MotionCues: Hashable, Sendable, Codable {
    /// Part of the blob's pixels that changed since the frame before, 0 (stands still) to 1.
    public var movingFraction: Double
    /// Part of the blob's area one frame before that is still inside the blob, 0 to 1: near 1 for something that
    /// spreads, lower for something that moves away. 0 in a blob's first frame.
    public var containment: Double
    /// Correlation of the picture's gradients with the background's inside the blob, −1 to 1: high when the surface
    /// shows through (shadow, light, thin liquid), near 0 when another surface covers it.
    public var textureSimilarity: Double
    /// Mean luma inside the blob divided by the background's, > 0: below 1 for shadows and most liquids.
    public var lumaRatio: Double
    /// Mean gradient magnitude inside the blob divided by the background's there: below 1 when the new surface is
    /// smoother than what it covers.
    public var textureRatio: Double
    /// How far the blob's inside differs from what is around it in the picture, as a part of that and the same in the
    /// background, 0 to 1: near 1 for something that came into the scene, near 0 for the place something left. nil while it
    /// moves, and when not measured.
    public var outlineContrast: Double?
    /// Mean position of the blob's pixels that changed since the frame before, in pixels of the analysed picture; nil
    /// when none did or when not measured. What falls out of a blob that hangs together moves it, however large the rest.
    public var movingCentroid: Point?
    /// Parts of the blob that move, or just moved, on their own. Nil when there are none.
    public var parts: [MovingPart]?

    public init(
        movingFraction: Double, containment: Double, textureSimilarity: Double, lumaRatio: Double, textureRatio: Double,
        outlineContrast: Double? = nil, movingCentroid: Point? = nil, parts: [MovingPart]? = nil
    ) {
        self.movingFraction = movingFraction
        self.containment = containment
        self.textureSimilarity = textureSimilarity
        self.lumaRatio = lumaRatio
        self.textureRatio = textureRatio
        self.outlineContrast = outlineContrast
        self.movingCentroid = movingCentroid
        self.parts = parts
    }
}
