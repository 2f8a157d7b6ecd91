import CMotion
import Domain

/// One track as the motion detector's pixels show it; positions in grid pixels.
struct BlobTrack {
    /// Its number in the label maps, from 1.
    let label: UInt16
    /// nil until it has been seen often enough to be reported.
    var id: TrackID?
    let bornSeconds: Double
    let birthBox: Box
    var box: Box
    var centroid: (x: Double, y: Double)
    var area: Double
    /// Grid pixels per second.
    var velocity: (x: Double, y: Double) = (0, 0)
    var cues = MotionCues(movingFraction: 0, containment: 0, textureSimilarity: 0, lumaRatio: 1, textureRatio: 1)
    /// What moves, or just moved, on its own within it.
    var parts: [PartTracker.Part] = []
    var framesSeen = 1
    var lastSeenSeconds: Double
    /// When it last moved as a whole or in a good part.
    var lastMobileSeconds: Double
    /// When it came to rest; nil while it moves.
    var restingSince: Double?
    /// Area and moment against which slow growth is judged.
    var steadyArea: Double
    var steadySince: Double
    /// How long it has been seen apart from others, in seconds.
    var aloneSeconds = 0.0
    /// In this frame its main blob proved to be a larger track's: it ends, unless another blob shows it.
    var isDissolved = false
    /// Whether this frame shows it.
    var isSeen = true
    var wasReported = false

    init(label: UInt16, box: Box, seconds: Double) {
        self.label = label
        bornSeconds = seconds
        birthBox = box
        self.box = box
        centroid = (Double(box.left + box.right + 1) / 2, Double(box.top + box.bottom + 1) / 2)
        area = Double(box.width * box.height)
        lastSeenSeconds = seconds
        lastMobileSeconds = seconds
        steadyArea = 0
        steadySince = seconds
    }

    /// The shortest time between two frames from which a speed is measured.
    static let shortestSeconds = 1.0 / 120

    var size: Double { Double(max(box.width, box.height)) }
    var speed: Double { (velocity.x * velocity.x + velocity.y * velocity.y).squareRoot() }

    func predictedCentroid(after seconds: Double) -> (x: Double, y: Double) {
        (centroid.x + velocity.x * seconds, centroid.y + velocity.y * seconds)
    }

    func predictedBox(after seconds: Double) -> Box {
        box.moved(
            x: Int(clamping: (velocity.x * seconds).rounded()), y: Int(clamping: (velocity.y * seconds).rounded()))
    }

    /// Takes over where the track is now.
    mutating func follow(_ measure: BlobMeasure, cues: MotionCues, seconds: Double, isNew: Bool) {
        let area = Double(measure.area)
        let center = measure.center
        let elapsed = seconds - lastSeenSeconds
        if !isNew, elapsed > 0 {
            // What is left of a dissolved track lies elsewhere without having moved there. Two frames that come at
            // nearly the same time say little about a speed.
            let span = max(elapsed, Self.shortestSeconds)
            let fresh =
                isDissolved ? (x: 0, y: 0) : (x: (center.x - centroid.x) / span, y: (center.y - centroid.y) / span)
            // A blob that merged or split jumps without moving.
            let weight = area > 0.6 * self.area && area < 1.7 * self.area ? 0.7 : 0.35
            velocity = (
                velocity.x + weight * (fresh.x - velocity.x), velocity.y + weight * (fresh.y - velocity.y)
            )
            framesSeen += 1
        }
        isDissolved = false
        centroid = center
        box = measure.box
        self.area = area
        self.cues = cues
        lastSeenSeconds = seconds
        if cues.movingFraction > 0.12 {
            lastMobileSeconds = seconds
            restingSince = nil
        } else if restingSince == nil, seconds - lastMobileSeconds > 0.4 {
            restingSince = seconds
            velocity = (0, 0)
        }
        if cues.movingFraction > 0.1 || steadyArea == 0 || abs(area - steadyArea) > 0.06 * steadyArea {
            steadyArea = area
            steadySince = seconds
        }
    }

    /// Whether it has shown itself clearly enough to be reported: large things that move at once, others after some
    /// frames.
    func deservesID(minArea: Double, seconds: Double) -> Bool {
        if cues.movingFraction > 0.4, area >= 4 * minArea, framesSeen >= 2 { return true }
        return framesSeen >= 3 && seconds - bornSeconds >= 0.19
    }
}

/// Whole pixels, both ends included.
struct Box: Equatable {
    var left: Int
    var top: Int
    var right: Int
    var bottom: Int

    var width: Int { right - left + 1 }
    var height: Int { bottom - top + 1 }
    var area: Int { max(0, width) * max(0, height) }

    func moved(x: Int, y: Int) -> Box { Box(left: left + x, top: top + y, right: right + x, bottom: bottom + y) }

    func intersection(_ other: Box) -> Int {
        let wide = min(right, other.right) - max(left, other.left) + 1
        let tall = min(bottom, other.bottom) - max(top, other.top) + 1
        return wide > 0 && tall > 0 ? wide * tall : 0
    }

    /// Pixels between the two, the larger of both directions; 0 when they touch or overlap.
    func gap(_ other: Box) -> Int {
        max(0, max(left, other.left) - min(right, other.right) - 1, max(top, other.top) - min(bottom, other.bottom) - 1)
    }
}

extension Component {
    var box: Box { Box(left: left, top: top, right: right, bottom: bottom) }
}

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
    /// Of the frame and of the background: brightness, and products of gradients inside, in 64ths of a grey level.
    private var lumaSum = 0
    private var backgroundSum = 0
    private var inner = 0
    private var innerBoth = 0
    private var innerFrame = 0
    private var innerBackground = 0

    var center: (x: Double, y: Double) {
        let count = Double(max(1, area))
        return (Double(sumX) / count + 0.5, Double(sumY) / count + 0.5)
    }

    mutating func addPixel(x: Int, row: Int) { addRun(row, x..<x + 1) }

    mutating func addRun(_ row: Int, _ columns: Range<Int>) {
        area += columns.count
        sumX += columns.count * (columns.lowerBound + columns.upperBound - 1) / 2
        sumY += row * columns.count
        box.left = min(box.left, columns.lowerBound)
        box.right = max(box.right, columns.upperBound - 1)
        box.top = min(box.top, row)
        box.bottom = max(box.bottom, row)
    }

    @inline(__always)
    mutating func addMoving(x: Int, row: Int) {
        moving &+= 1
        movingX &+= x
        movingY &+= row
    }

    /// Adds what a pixel looks like; `isRim` when it lies on the blob's outline, where textures of both sides mix.
    @inline(__always)
    mutating func addLook(
        frame: UnsafePointer<Int16>, background: UnsafePointer<Int16>, width: Int, isRim: Bool
    ) {
        lumaSum &+= Int(frame[0])
        backgroundSum &+= Int(background[0])
        guard !isRim else { return }
        let frameX = Int(frame[1]) &- Int(frame[-1]), frameY = Int(frame[width]) &- Int(frame[-width])
        let backgroundX = Int(background[1]) &- Int(background[-1])
        let backgroundY = Int(background[width]) &- Int(background[-width])
        inner &+= 1
        innerBoth &+= frameX &* backgroundX &+ frameY &* backgroundY
        innerFrame &+= frameX &* frameX &+ frameY &* frameY
        innerBackground &+= backgroundX &* backgroundX &+ backgroundY &* backgroundY
    }

    /// - Parameters:
    ///   - pastArea: the track's area a moment ago.
    ///   - noise: variance of a grid pixel's noise in the frame, in squared grey levels.
    func cues(pastArea: Int, noise: Float) -> MotionCues {
        let grey = Float(CM_LEVEL)
        // The gradient is half the difference of both neighbours.
        let perPixel = 1 / (4 * grey * grey * Float(max(1, inner)))
        // A gradient of two components with half the difference of two noisy pixels each has the noise's variance.
        let frame = max(0, Float(innerFrame) * perPixel - noise), background = Float(innerBackground) * perPixel
        let both = Float(innerBoth) * perPixel
        let level: Float = 0.5
        let similarity = both / ((frame + level) * (background + level)).squareRoot()
        let ratio = ((frame + level) / (background + level)).squareRoot()
        return MotionCues(
            movingFraction: area > 0 ? Double(moving) / Double(area) : 0,
            containment: pastArea > 0 ? min(1, Double(contained) / Double(pastArea)) : 0,
            textureSimilarity: Double(min(1, max(-1, similarity))),
            lumaRatio: Double((Float(lumaSum) / grey + 1) / (Float(backgroundSum) / grey + 1)),
            textureRatio: Double(ratio),
            movingCentroid: moving > 0
                ? Point(
                    x: Double(movingX) / Double(moving) + 0.5, y: Double(movingY) / Double(moving) + 0.5)
                : nil)
    }
}
