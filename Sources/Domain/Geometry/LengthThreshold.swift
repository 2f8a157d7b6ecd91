/// A threshold for a length, or for a speed when taken per second. The metres count where the camera has a scale and the
/// site did not ask for another unit.
public struct LengthThreshold: Hashable, Sendable, Codable {
    /// Nil where the site chose another unit.
    public var metres: Double?
    /// In picture heights; for cameras without a scale, or where the site chose it.
    public var pictureHeights: Double
    /// In pixels of the analysed picture; non-nil only where the site chose it.
    public var pixels: Double?

    public init(metres: Double?, pictureHeights: Double, pixels: Double? = nil) {
        self.metres = metres
        self.pictureHeights = pictureHeights
        self.pixels = pixels
    }
}
