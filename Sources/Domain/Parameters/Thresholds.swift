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

/// A threshold for an area. Of what is given, the pixels count before the square metres (which need a scale), and these before
/// the part of the picture.
public struct AreaThreshold: Hashable, Sendable {
    public var squareMetres: Double?
    /// 0 to 1.
    public var fraction: Double
    /// Pixels of the analysed picture.
    public var pixels: Double?
    /// Pixels that the other two must come to at least: fewer would be too few to judge by.
    public var leastPixels: Double

    public init(squareMetres: Double?, fraction: Double, pixels: Double? = nil, leastPixels: Double = 0) {
        self.squareMetres = squareMetres
        self.fraction = fraction
        self.pixels = pixels
        self.leastPixels = leastPixels
    }
}

/// A threshold for how far something moves. Of what is given, the pixels count before the metres (which need a scale), and
/// these before its own sizes.
public struct MoveThreshold: Hashable, Sendable {
    /// In square roots of its area.
    public var sizes: Double
    public var metres: Double?
    /// Pixels of the analysed picture.
    public var pixels: Double?

    public init(sizes: Double, metres: Double? = nil, pixels: Double? = nil) {
        self.sizes = sizes
        self.metres = metres
        self.pixels = pixels
    }
}
