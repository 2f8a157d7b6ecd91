import Domain

/// Decides from the network's own estimates whether a found mask is the object. Pure, so that it can be tested without
/// a network.
struct TrackPolicy: Hashable, Sendable {
    /// What the network says about a frame's best mask.
    struct Finding: Hashable, Sendable {
        /// Predicted IoU, 0 to 1.
        var quality: Double
        /// Probability that the object is in the window, 0 to 1.
        var presence: Double
        /// Pixels of the mask, and of the part of the window that shows the frame.
        var area: Int
        var windowArea: Int

        var score: Double { presence * max(0, quality).squareRoot() }
    }

    enum Verdict: Hashable, Sendable {
        case seen(remember: Bool)
        case lost
    }

    /// Needed scores: to go on, to take up again after a loss, and to remember a frame.
    static let seenScore = 0.55
    static let foundAgainScore = 0.65
    static let rememberScore = 0.75
    static let leastQuality = 0.4
    /// A larger change of area from one frame to the next isn't believed at once; when it is seen again it is.
    static let areaJump = 2.5
    static let jumpDoubts = 2
    /// A quality at which a jump is believed at once.
    static let certainQuality = 0.85
    /// A mask that fills the window is the background, unless the object was that large before.
    static let fillingPart = 0.9
    /// Frames between two remembered ones.
    static let memoryGap = 3
    /// Windows grow with each frame in which the object isn't found, up to the largest.
    static let growth = 1.4
    static let largestGrowth = 2.4

    private(set) var area: Int
    /// Frames since the object was last seen; 0 while it is seen.
    private(set) var lostFrames = 0
    private var doubts = 0
    private var sinceRemembered = 0

    init(area: Int) { self.area = area }

    var isLost: Bool { lostFrames > 0 }

    /// How much larger than usual the next window must be.
    var windowGrowth: Double {
        (0..<min(lostFrames, 8)).reduce(1) { growth, _ in min(growth * Self.growth, Self.largestGrowth) }
    }

    /// For a frame of another size.
    func rescaled(by ratio: Double) -> TrackPolicy {
        var policy = self
        policy.area = max(1, Int(clamping: Double(area) * ratio))
        return policy
    }

    mutating func judge(_ finding: Finding) -> Verdict {
        guard isBelievable(finding) else {
            lostFrames += 1
            return .lost
        }
        doubts = 0
        lostFrames = 0
        area = finding.area
        sinceRemembered += 1
        let remember = finding.score > Self.rememberScore && sinceRemembered >= Self.memoryGap
        if remember { sinceRemembered = 0 }
        return .seen(remember: remember)
    }

    private mutating func isBelievable(_ finding: Finding) -> Bool {
        let needed = isLost ? Self.foundAgainScore : Self.seenScore
        guard finding.area >= 4, finding.quality >= Self.leastQuality, finding.score >= needed else { return false }
        let ratio = Double(finding.area) / Double(max(1, area))
        if Double(finding.area) > Self.fillingPart * Double(finding.windowArea), ratio > 1.5 { return false }
        let jumps = ratio > Self.areaJump || ratio < 1 / Self.areaJump
        if jumps, finding.quality < Self.certainQuality, doubts < Self.jumpDoubts {
            doubts += 1
            return false
        }
        return true
    }
}

/// Where the object will be: constant velocity, estimated by an alpha-beta filter, the steady state of the Kalman
/// filter for this model (Bar-Shalom, Li, Kirubarajan: Estimation with Applications to Tracking and Navigation, 2001,
/// ch. 6.5).
struct PlacePredictor: Hashable, Sendable {
    /// Part of each new measurement of the velocity that is believed.
    static let velocityGain = 0.5

    private(set) var centre: Point
    /// Longer side of the mask's bounding region, pixels.
    private(set) var extent: Double
    /// Pixels per second.
    private(set) var velocity = Point(x: 0, y: 0)
    private(set) var seconds: Double
    /// Frames in a row in which the object was seen since the prompt or the last loss.
    private(set) var steadyFrames = 0

    init(centre: Point, extent: Double, seconds: Double) {
        self.centre = centre
        self.extent = extent
        self.seconds = seconds
    }

    func centre(at seconds: Double) -> Point {
        let elapsed = max(0, seconds - self.seconds)
        return Point(x: centre.x + velocity.x * elapsed, y: centre.y + velocity.y * elapsed)
    }

    /// The object was seen.
    /// - Parameter isContinuous: false after a gap, when the way between says nothing about the velocity.
    mutating func see(_ region: Region, seconds: Double, isContinuous: Bool) {
        let elapsed = seconds - self.seconds
        if isContinuous, elapsed > 0 {
            let gain = Self.velocityGain
            velocity.x += gain * ((region.center.x - centre.x) / elapsed - velocity.x)
            velocity.y += gain * ((region.center.y - centre.y) / elapsed - velocity.y)
        } else if !isContinuous {
            velocity = Point(x: 0, y: 0)
        }
        centre = region.center
        extent = Double(max(region.width, region.height))
        steadyFrames += 1
        self.seconds = seconds
    }

    /// The object wasn't seen: it is looked for where it was going, more slowly from frame to frame.
    mutating func lose(at seconds: Double) {
        centre = centre(at: seconds)
        steadyFrames = 0
        velocity = Point(x: velocity.x * Self.coasting, y: velocity.y * Self.coasting)
        self.seconds = max(self.seconds, seconds)
    }

    /// Part of the velocity that is left after each frame without the object.
    static let coasting = 0.8

    /// The same place in a frame of another size, on which the velocity says nothing yet.
    func scaled(from: FrameSize, to: FrameSize) -> PlacePredictor {
        let x = Double(to.width) / Double(from.width), y = Double(to.height) / Double(from.height)
        return PlacePredictor(
            centre: Point(x: centre.x * x, y: centre.y * y), extent: extent * max(x, y), seconds: seconds)
    }
}
