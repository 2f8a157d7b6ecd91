/// A threshold for an area. Of what is given, the pixels count before the square metres (which need a scale), and these before the
/// part of the picture.
struct AreaThreshold: Hashable, Sendable {
    var squareMetres: Double?
    /// 0 to 1.
    var fraction: Double
    /// Pixels of the analysed picture.
    var pixels: Double?
    /// Pixels that the other two must come to at least: fewer would be too few to judge by.
    var leastPixels = 0.0
}

extension SpillSettings {
    var minArea: AreaThreshold {
        AreaThreshold(
            squareMetres: minAreaSquareMetres, fraction: minAreaFraction, pixels: minAreaPixels, leastPixels: 200)
    }
    var minGrown: AreaThreshold {
        AreaThreshold(squareMetres: minGrownSquareMetres, fraction: minGrownFraction, pixels: minGrownPixels)
    }
}

extension ObjectLeftSettings {
    var minArea: AreaThreshold {
        AreaThreshold(squareMetres: minAreaSquareMetres, fraction: minAreaFraction, pixels: minAreaPixels)
    }
}

extension ObjectRemovedSettings {
    var minArea: AreaThreshold {
        AreaThreshold(squareMetres: minAreaSquareMetres, fraction: minAreaFraction, pixels: minAreaPixels)
    }
}
