import Domain

/// `near_miss`: two tracks, one of them fast, would touch within moments.
///
/// The reasoning: a fork-lift goes at 2 to 5 m/s indoors and needs 1 to 2 m to stop; a walker passes with 1.4 m/s. Below
/// 0.8 s to contact nobody has time to react (a driver's reaction takes about 1 s; Green, "How long does it take to
/// stop?", 2000).
public struct NearMissSettings: SingleRuleParameters {
    public static let kind = IncidentKind.nearMiss
    public static let sentence =
        "A vehicle nearly hits somebody: two tracks, one of them fast, would touch within moments."

    @Parameter("enabled", "Whether the rule is on.")
    public var enabled = false
    @Parameter("max_seconds_to_contact", .seconds, 0.1...10, fires: .atMost, "Longest time until they would touch.")
    public var maxSecondsToContact = 0.8
    @Parameter("min_speed", per: .second, fires: .atLeast, "Smallest speed of the faster one.")
    public var minSpeed = LengthThreshold(metres: 2, pictureHeights: 0.4)
    @Parameter(
        "min_closing_speed", per: .second, fires: .atLeast, "Smallest speed at which they come nearer to each other.")
    public var minClosingSpeed = LengthThreshold(metres: 1.5, pictureHeights: 0.3)
    @Parameter("min_height", fires: .atLeast, "Smallest height of either.")
    public var minHeight = LengthThreshold(metres: 0.8, pictureHeights: 0.08)
    @Parameter(
        "min_age_seconds", .seconds, 0...60, fires: .atLeast,
        "Neither may be younger: what has just split off another blob is nobody.")
    public var minAgeSeconds = 1.0
    @Parameter("min_seconds", .seconds, 0...10, fires: .atLeast, "For how long it must be so.")
    public var minSeconds = 0.2

    public init() {}
}

extension RuleSettings {
    public var nearMiss: NearMissSettings {
        get { self[NearMissSettings.self] }
        set { self[NearMissSettings.self] = newValue }
    }
}

/// `near_miss`: see ``NearMissSettings``. Speeds are means over half a second; blobs that are parts of one thing move
/// together and so never close in on each other.
struct NearMissRule: Rule {
    private struct Pair: Hashable, Sendable {
        var a: TrackID
        var b: TrackID
    }

    private struct Body: Sendable {
        var track: TrackHistory
        var region: Region
        var foot: Point
        /// Pixels a second.
        var vx: Double
        var vy: Double

        var speed: Double { (vx * vx + vy * vy).squareRoot() }
    }

    /// What the pair does now.
    private struct Approach: Sendable {
        /// Until their outlines would touch; infinite when they don't come nearer.
        var secondsToContact: Double
        var closing: Double
    }

    private static let speedSeconds = 0.5
    /// A pair that was announced is silent for so long.
    private static let silenceSeconds = 5.0

    private let settings: NearMissSettings
    private var since: [Pair: Double] = [:]
    private var announced: [Pair: Double] = [:]

    init(_ settings: NearMissSettings, scene: CameraScene) { self.settings = settings }

    mutating func forget() {
        since.removeAll()
        announced.removeAll()
    }

    mutating func assess(_ frame: RuleInput) -> [Detection] {
        let context = frame.context
        let bodies = bodies(frame.ledger, context)
        var detections: [Detection] = []
        var near: Set<Pair> = []
        for (index, a) in bodies.enumerated() {
            for b in bodies[(index + 1)...] {
                let pair = Pair(a: a.track.id, b: b.track.id)
                guard let approach = approach(a, b), isNear(approach, a, b, context) else { continue }
                near.insert(pair)
                let start = since[pair] ?? context.seconds
                since[pair] = start
                guard context.seconds - start >= settings.minSeconds - 1e-6,
                    context.seconds - (announced[pair] ?? -.infinity) > Self.silenceSeconds
                else { continue }
                announced[pair] = context.seconds
                detections.append(detection(a, b, approach, start: start, context))
            }
        }
        since = since.filter { near.contains($0.key) }
        announced = announced.filter { context.seconds - $0.value <= Self.silenceSeconds }
        return detections
    }

    func scores(_ frame: RuleInput) -> [RuleScore] {
        let bodies = bodies(frame.ledger, frame.context)
        return bodies.enumerated().flatMap { index, a in
            bodies[(index + 1)...].flatMap { b -> [RuleScore] in
                guard let approach = approach(a, b), approach.secondsToContact < 10 else { return [] }
                return evidence(a, b, approach, frame.context).map { RuleScore($0, Settings.kind, track: a.track.id) }
            }
        }
    }

    private func bodies(_ ledger: TrackLedger, _ context: RuleContext) -> [Body] {
        ledger.seen.compactMap { id in
            guard let track = ledger.histories[id], let last = track.last,
                last.seconds - track.firstSeconds >= settings.minAgeSeconds,
                let before = track.samples.last(where: { last.seconds - $0.seconds >= Self.speedSeconds - 1e-6 }),
                Double(last.region.height) >= context.pixels(settings.minHeight, at: context.foot(last.region))
            else { return nil }
            let foot = context.foot(last.region), earlier = context.foot(before.region)
            let seconds = last.seconds - before.seconds
            return Body(
                track: track, region: last.region, foot: foot, vx: (foot.x - earlier.x) / seconds,
                vy: (foot.y - earlier.y) / seconds)
        }
    }

    /// Both as boxes on the floor: as wide as seen, a fifth as deep as tall. Nil when they already touch.
    private func approach(_ a: Body, _ b: Body) -> Approach? {
        let reachX = Double(a.region.width + b.region.width) / 2
        let reachY = Double(a.region.height + b.region.height) * 0.1
        let dx = b.foot.x - a.foot.x, dy = b.foot.y - a.foot.y
        let vx = b.vx - a.vx, vy = b.vy - a.vy
        guard abs(dx) > reachX || abs(dy) > reachY else { return nil }
        let x = Self.overlap(dx, vx, reachX), y = Self.overlap(dy, vy, reachY)
        let start = max(x.lowerBound, y.lowerBound), end = min(x.upperBound, y.upperBound)
        let distance = (dx * dx + dy * dy).squareRoot()
        let closing = distance > 0 ? -(dx * vx + dy * vy) / distance : 0
        return Approach(secondsToContact: start <= end && end > 0 ? max(0, start) : .infinity, closing: closing)
    }

    /// When two intervals overlap along one axis.
    private static func overlap(_ d: Double, _ v: Double, _ reach: Double) -> ClosedRange<Double> {
        guard abs(v) > 1e-9 else { return abs(d) <= reach ? -1e9...1e9 : 1e9...1e9 }
        let p = (-reach - d) / v, q = (reach - d) / v
        return min(p, q)...max(p, q)
    }

    private func isNear(_ approach: Approach, _ a: Body, _ b: Body, _ context: RuleContext) -> Bool {
        let fast = a.speed >= b.speed ? a : b
        return approach.secondsToContact <= settings.maxSecondsToContact
            && fast.speed >= context.pixels(settings.minSpeed, at: fast.foot)
            && approach.closing >= context.pixels(settings.minClosingSpeed, at: fast.foot)
    }

    private func evidence(_ a: Body, _ b: Body, _ approach: Approach, _ context: RuleContext) -> [Evidence] {
        let fast = a.speed >= b.speed ? a : b
        return [
            settings.$maxSecondsToContact.evidence(min(99, approach.secondsToContact)),
            context.evidence(settings.$minSpeed, pixels: fast.speed, at: fast.foot),
            context.evidence(settings.$minClosingSpeed, pixels: approach.closing, at: fast.foot),
        ]
    }

    private func detection(_ a: Body, _ b: Body, _ approach: Approach, start: Double, _ context: RuleContext)
        -> Detection
    {
        var facts = IncidentFacts()
        let zone = context.scene.zone(at: a.foot, in: context.frameSize)
        facts.zoneName = zone?.name
        facts.zoneKind = zone?.kind
        return Detection(
            kind: .nearMiss, startSeconds: start, endSeconds: context.seconds,
            region: a.region.union(b.region).clamped(to: context.frameSize), severity: .medium, facts: facts,
            evidence: evidence(a, b, approach, context), tracks: [a.track.id, b.track.id])
    }
}
