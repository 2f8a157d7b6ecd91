import Domain

/// Decides from a thing's own way whether what motion suspected has happened.
///
/// Each limit says something about the world and not about a clip: what came to rest is a thing with an outline of its own,
/// which is what changed and was not there before; what fell left its place by more than half of its size and stood still there;
/// what spilled was smaller before; and neither is a person.
struct ProofJudge: Sendable {
    /// Why it is none.
    enum Refutation: String, Hashable, Sendable {
        case noObject = "nothing with an outline of its own lies there"
        case notWhatChanged = "what lies there is not what changed"
        case notNew = "its outline was there before"
        case person = "it is a person"
        case wasThere = "it lay there before"
        case didNotComeDown = "it did not come down"
        case wasMoving = "it was on its way before"
        case tooSlow = "it came down slower than what falls"
        case didNotGrow = "it was as large before"
        case nobody = "nobody was there before"
        case notABody = "what was taken for a body changes its shape"
        case tooSmall = "a body of so few pixels can't be judged"
        case goneAfter = "nobody lies there"
        case notLow = "shoulders or hips came down too little"
        case upright = "the body is upright"
        case goesOn = "it goes on"
        case layDownSlowly = "who lies down slowly is well"
    }

    /// Least predicted IoU of an outline that is a thing's.
    static let leastQuality = 0.6
    /// Least IoU of the thing with what changed. A stack's single box, or a box and the shadow that fell with it, are a third.
    static let leastOverlap = 0.25
    /// Least gain of edges along its outline: shadows and lights have soft edges or none.
    static let leastOutlineGain = 0.1
    /// What fell was followed home, which no shadow can be: there a hidden or low contrast edge is enough.
    static let leastOutlineGainOfFall = 0.03
    /// From this presence on it is a person, in as many of the frames asked.
    static let leastPresence = 0.5
    static let personFrames = 2
    /// Of a fall in more, since somebody may stand close to what fell.
    static let personFramesOfFall = 3
    /// Of a spill in nearly all: the network takes a puddle with a dark rim for a body now and then.
    static let personFramesOfSpill = 4
    /// It left its place by more than this part of its size.
    static let leastDropSizes = 0.6
    /// Before it fell it stayed within this part of its size.
    static let mostWanderSizes = 0.75
    /// Two places are one from this IoU of the regions on.
    static let samePlace = 0.5
    /// A liquid had at most this part of its area before.
    static let mostAreaBefore = 0.65

    // Of bodies, in lengths of the torso: some half a metre. Who stands has the shoulders some 1.4 m above the floor, the hips
    // 0.95 m; who kneels, 0.8 m and 0.45 m; who sits on the floor, 0.6 m and 0.1 m; who lies, 0.2 m and 0.1 m.

    /// How far the shoulders came down, and the hips. Kneeling down is 1.2 and 1.0.
    static let leastShoulderFall = 1.4
    static let leastHipFall = 0.8
    /// How far the shoulders may still be above the ankles: 0.9 of who sits on the floor upright, and more of who kneels.
    static let mostShouldersAboveAnkles = 0.9
    /// A person some 45 pixels tall: smaller ones are confused with whoever passes by.
    static let leastTorsoPixels = 12.0
    /// Before the fall hardly a step of shoulders or hips is faster than this, in lengths of the torso a second (2.5 m/s), and at most
    /// this part of them: in a stack of boxes the network sees another body in every other frame.
    static let mostSpeed = 5.0
    static let mostJumps = 0.1
    /// So much of the way down takes at most ``quickSeconds``.
    static let quickFall = 1.0
    static let quickSeconds = 1.3
    /// How far the hips may move while somebody lies, over ``stillSeconds``.
    static let mostCrawl = 0.8
    static let stillSeconds = 1.2
    /// Part of the frames after the fall in which the body must be seen, and at what part of the size that it had, at least and
    /// at most: what is followed may slip off it.
    static let leastSeenAfter = 0.5
    static let sizes = 0.5...2.0
    /// Their median presence then: clutter at the edge that somebody went out by is a person now and then.
    static let leastPresenceAfter = 0.75

    let settings: RuleSettings

    /// - Returns: Why nobody has fallen; nil where somebody has.
    func refutation(of suspicion: Suspicion, _ body: BodyPath) -> Refutation? {
        let before = body.moments.filter { $0.seconds <= suspicion.startSeconds + 0.1 }
        guard before.count >= 2 else { return .nobody }
        let torso = before.map(\.torsoPixels).median()
        guard torso >= Self.leastTorsoPixels else { return .tooSmall }
        let jumps = zip(before, before.dropFirst()).count { earlier, later in
            let reach = Self.mostSpeed * torso * max(0.1, later.seconds - earlier.seconds)
            return later.shoulders.distance(to: earlier.shoulders) > reach
                || later.hips.distance(to: earlier.hips) > reach
        }
        guard Double(jumps) <= Self.mostJumps * Double(before.count) else { return .notABody }
        let since = suspicion.endSeconds + 0.3
        let looked = body.lookedSeconds.count { $0 >= since }
        let after = body.moments.filter { $0.seconds >= since && Self.sizes.contains($0.torsoPixels / max(1, torso)) }
        guard after.count >= 3, Double(after.count) >= Self.leastSeenAfter * Double(looked),
            after.map(\.presence).median() >= Self.leastPresenceAfter
        else { return .goneAfter }
        let shoulders = after.map(\.shoulders.y).median() - before.map(\.shoulders.y).median()
        let hips = after.map(\.hips.y).median() - before.map(\.hips.y).median()
        guard shoulders >= Self.leastShoulderFall * torso, hips >= Self.leastHipFall * torso else { return .notLow }
        let upright = after.map { $0.ankles.y - $0.shoulders.y }.median()
        guard upright <= Self.mostShouldersAboveAnkles * torso else { return .upright }
        // Joints of who lies jump from frame to frame; their middle doesn't.
        let end = after.last?.seconds ?? 0
        let late = after.filter { end - $0.seconds <= Self.stillSeconds }
        let way = Self.middle(late.prefix((late.count + 1) / 2)).distance(
            to: Self.middle(late.suffix((late.count + 1) / 2)))
        guard way <= Self.mostCrawl * torso else { return .goesOn }
        let quickest = body.moments.indices.map { index in
            let moment = body.moments[index]
            let soon = body.moments[index...].prefix { $0.seconds - moment.seconds <= Self.quickSeconds }
            return (soon.map(\.shoulders.y).max() ?? 0) - moment.shoulders.y
        }
        return (quickest.max() ?? 0) >= Self.quickFall * torso ? nil : .layDownSlowly
    }

    /// - Returns: Why it has not happened; nil where it has.
    func refutation(
        of suspicion: Suspicion, _ detection: Detection, _ path: RetracedPath, _ context: RuleContext
    ) -> Refutation? {
        guard let last = path.moments.last, path.quality >= Self.leastQuality else { return .noObject }
        guard path.changeOverlap >= Self.leastOverlap else { return .notWhatChanged }
        let before = path.moments.filter { $0.seconds < suspicion.startSeconds - 0.1 }
        let persons = path.personPresence.count { $0 >= Self.leastPresence }
        switch detection.kind {
        case .fallingObject:
            guard path.outlineGain >= Self.leastOutlineGainOfFall else { return .notNew }
            guard persons < Self.personFramesOfFall else { return .person }
            return fall(path, before, last, context)
        case .toppledStack:
            guard path.outlineGain >= Self.leastOutlineGain else { return .notNew }
            guard persons < Self.personFrames else { return .person }
            return Self.stayed(before, last) ? .wasThere : nil
        case .spill:
            guard path.outlineGain >= Self.leastOutlineGain else { return .notNew }
            guard persons < Self.personFramesOfSpill else { return .person }
            let earlier = before.isEmpty ? 0 : before.map(\.area).median()
            return earlier <= Self.mostAreaBefore * last.area ? nil : .didNotGrow
        default:
            return nil
        }
    }

    private func fall(
        _ path: RetracedPath, _ before: [RetracedPath.Moment], _ last: RetracedPath.Moment, _ context: RuleContext
    ) -> Refutation? {
        let foot = context.foot(last.region)
        let scale = context.scale(at: foot)
        let height = max(1, context.height)
        let size = Double(max(last.region.width, last.region.height))
        // Where it was not found before the event it came out of hiding, or was lost on its way: the way itself must show it.
        let origin = before.isEmpty ? path.moments.first.map { [$0] } ?? [] : before
        let drop = last.centroid.y - origin.map(\.centroid.y).median()
        guard drop >= context.pictureHeights(settings.fallingObject.minDrop, scale: scale) * height,
            drop >= Self.leastDropSizes * size
        else { return .didNotComeDown }
        if let first = before.first, let end = before.last, !context.touchesTop(first.region) {
            let wander = first.centroid.distance(to: end.centroid)
            let own = Double(max(end.region.width, end.region.height))
            guard wander <= Self.mostWanderSizes * max(own, size) else { return .wasMoving }
        }
        // Half of the limit: from frame to frame a mask's middle lags and jumps.
        let peak = context.pictureHeights(settings.fallingObject.minPeakSpeed, scale: scale) * height
        return Self.fastest(path.moments) >= 0.5 * peak ? nil : .tooSlow
    }

    private static func middle(_ moments: some Collection<BodyPath.Moment>) -> Point {
        guard !moments.isEmpty else { return Point(x: 0, y: 0) }
        return Point(x: moments.map(\.hips.x).median(), y: moments.map(\.hips.y).median())
    }

    /// Whether it lay where it lies all the time before.
    private static func stayed(_ before: [RetracedPath.Moment], _ last: RetracedPath.Moment) -> Bool {
        guard !before.isEmpty else { return false }
        let same = before.count { $0.region.iou(last.region) >= samePlace }
        return Double(same) >= 0.8 * Double(before.count)
    }

    /// Greatest speed downwards over about a fifth of a second, in pixels/s.
    private static func fastest(_ moments: [RetracedPath.Moment]) -> Double {
        var best = 0.0
        for (index, moment) in moments.enumerated() {
            guard let later = moments[index...].first(where: { $0.seconds - moment.seconds >= 0.19 }) else { break }
            let seconds = later.seconds - moment.seconds
            if seconds <= 0.6 { best = max(best, (later.centroid.y - moment.centroid.y) / seconds) }
        }
        return best
    }
}
