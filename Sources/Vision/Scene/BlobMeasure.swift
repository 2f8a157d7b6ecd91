import Domain

/// Sums over the pixels of one track in one frame, in grid pixels and grey levels.
struct BlobMeasure {
    var area = 0
    var sumX = 0
    var sumY = 0
    var box = Box(left: .max, top: .max, right: -1, bottom: -1)
    var moving = 0
    private var movingX = 0
    private var movingY = 0
    /// Pixels that were the track's a moment ago too.
    var contained = 0
    /// Pixels that something else hides at present.
    var hidden = 0
    private var lumaSum: Float = 0
    private var backgroundSum: Float = 0
    private var inner = 0
    private var innerBoth: Float = 0
    private var innerPicture: Float = 0
    private var innerBackground: Float = 0

    var center: (x: Double, y: Double) {
        let count = Double(max(1, area))
        return (Double(sumX) / count + 0.5, Double(sumY) / count + 0.5)
    }

    mutating func addPixel(x: Int, row: Int) {
        area += 1
        sumX += x
        sumY += row
        box.left = min(box.left, x)
        box.right = max(box.right, x)
        box.top = min(box.top, row)
        box.bottom = max(box.bottom, row)
    }

    mutating func addMoving(x: Int, row: Int) {
        moving += 1
        movingX += x
        movingY += row
    }

    /// Adds what a pixel looks like; `isRim` when it lies on the blob's outline, where textures of both sides mix.
    @inline(__always)
    mutating func addLook(
        picture: UnsafePointer<Float>, background: UnsafePointer<Float>, width: Int, isRim: Bool
    ) {
        lumaSum += picture[0]
        backgroundSum += background[0]
        let pictureX = 0.5 * (picture[1] - picture[-1])
        let pictureY = 0.5 * (picture[width] - picture[-width])
        let backgroundX = 0.5 * (background[1] - background[-1])
        let backgroundY = 0.5 * (background[width] - background[-width])
        let pictureSquare = pictureX * pictureX + pictureY * pictureY
        let backgroundSquare = backgroundX * backgroundX + backgroundY * backgroundY
        guard !isRim else { return }
        inner += 1
        innerBoth += pictureX * backgroundX + pictureY * backgroundY
        innerPicture += pictureSquare
        innerBackground += backgroundSquare
    }

    /// - Parameters:
    ///   - pastArea: the track's area a moment ago.
    ///   - noise: variance of a grid pixel's noise in the picture, in squared grey levels.
    func cues(pastArea: Int, noise: Float) -> MotionCues {
        let count = Float(max(1, inner))
        // A gradient of two components with half the difference of two noisy pixels each holds the noise's variance.
        let picture = max(0, innerPicture / count - noise), background = innerBackground / count
        let both = innerBoth / count
        let level: Float = 0.5
        let similarity = both / ((picture + level) * (background + level)).squareRoot()
        let ratio = ((picture + level) / (background + level)).squareRoot()
        return MotionCues(
            movingFraction: area > 0 ? Double(moving) / Double(area) : 0,
            containment: pastArea > 0 ? min(1, Double(contained) / Double(pastArea)) : 0,
            textureSimilarity: Double(min(1, max(-1, similarity))),
            lumaRatio: Double((lumaSum + 1) / (backgroundSum + 1)),
            textureRatio: Double(ratio),
            movingCentroid: moving > 0
                ? Point(
                    x: Double(movingX) / Double(moving) + 0.5, y: Double(movingY) / Double(moving) + 0.5)
                : nil)
    }
}
