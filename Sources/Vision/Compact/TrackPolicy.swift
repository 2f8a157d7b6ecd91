import Domain

/// Decides from the network's own estimates whether a found mask is the object. Pure, so that it can be tested without a
/// network.
struct TrackPolicy: Hashable, Sendable {
    /// What the network says about a frame's best mask.
    struct Finding: Hashable, Sendable {
        /// Predicted IoU, 0 to 1.
        var quality: Double
        /// Probability that the object is in the window, 0 to 1.
        var presence: Double
        /// Pixels of the mask, and of the part of the window that shows the picture.
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

    /// For a picture of another size.
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
