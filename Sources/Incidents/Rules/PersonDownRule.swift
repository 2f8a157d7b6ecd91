import Domain

/// `person_down`: somebody falls and stays down.
///
/// Where the network looks, motion only suspects: something as tall as a person came down by a quarter of its height within a
/// moment and has not risen again. Whether it is a person, and lies, is told by the body; see ``ProofJudge``.
///
/// Motion alone is stricter: something upright that walked becomes flat and stays so. The reasoning: who stands or walks is about three times as tall as wide, who lies is wider than tall from most sides; who
/// bends, kneels or sits is still taller than wide. A stack does not walk before it falls.
public struct PersonDownSettings: SingleRuleParameters {
    public static let kind = IncidentKind.personDown
    public static let sentence = "Somebody who walked lies on the floor and stays there."

    @Parameter("enabled", "Whether the rule is on.")
    public var enabled = true
    @Parameter("min_height", fires: .atLeast, "Smallest height while upright.")
    public var minHeight = LengthThreshold(metres: 1.1, pictureHeights: 0.12)
    @Parameter("min_upright_ratio", .ratio, 1...10, fires: .atLeast, "Smallest ratio of height to width while upright.")
    public var minUprightRatio = 1.5
    @Parameter("max_down_ratio", .ratio, 0.05...2, fires: .atMost, "Largest ratio of height to width when down.")
    public var maxDownRatio = 0.8
    @Parameter(
        "min_walked", fires: .atLeast,
        "How far it must have come while upright: what never moved by itself is a stack or a door.")
    public var minWalked = LengthThreshold(metres: 0.5, pictureHeights: 0.06)
    @Parameter("min_upright_seconds", .seconds, 0...60, fires: .atLeast, "How long it must have been upright.")
    public var minUprightSeconds = 1.0
    @Parameter(
        "max_fall_seconds", .seconds, 0.1...30, fires: .atMost,
        "Longest time from no longer upright to flat: who lies down to work takes longer.")
    public var maxFallSeconds = 1.5
    @Parameter("min_down_seconds", .seconds, 0.5...600, fires: .atLeast, "How long it must stay down.")
    public var minDownSeconds = 5.0
    @Parameter(
        "min_seen_down_seconds", .seconds, 0.5...600, fires: .atLeast,
        "How long somebody must stay down whose body the network sees lying.")
    public var minSeenDownSeconds = 2.0

    public init() {}
}

extension RuleSettings {
    public var personDown: PersonDownSettings {
        get { self[PersonDownSettings.self] }
        set { self[PersonDownSettings.self] = newValue }
    }
}

/// `person_down`: see ``PersonDownSettings``. Each track is upright, then falling, then down; it is announced once.
struct PersonDownRule: Rule {
    private struct Posture: Hashable, Sendable {
        /// Since when it has been upright without a break, and where that began.
        var uprightSince: Double?
        var uprightFrom: Point?
        /// The last moment upright that counts, its height, and how far it had come.
        var lastUpright: Double?
        var uprightHeight = 0.0
        var walked = 0.0
        var uprightSeconds = 0.0
        var downSince: Double?
        var downPlace: Point?
        var isAnnounced = false
    }

    /// Something tall that has come down.
    private struct Descent: Hashable, Sendable {
        /// From the last moment above to the first below.
        var startSeconds: Double
        var endSeconds: Double
        /// It before.
        var region: Region
        var measure: Measure
        /// Where it was before, and how far it came down, in pixels.
        var from: Double
        var drop: Double

        /// What came down. Somebody who stood still for long is part of the background: then the edge stays where it was, and
        /// only what moves tells.
        enum Measure: Hashable, Sendable {
            case upperEdge, movingPart

            func height(of sample: TrackSample) -> Double? {
                switch self {
                case .upperEdge: Double(sample.region.y)
                case .movingPart: sample.cues?.movingCentroid?.y
                }
            }
        }

        /// Whether it is up again, by most of what it came down.
        func isUndone(by sample: TrackSample) -> Bool {
            sample.seconds - endSeconds > 0.3 && (measure.height(of: sample).map { $0 < from + 0.3 * drop } ?? false)
        }
    }

    /// A body that falls comes down by more than this part of its height, seen from anywhere but straight above.
    private static let leastDescent = 0.25
    /// Persons are asked about no more often than this on the average, in seconds, and so many times at once.
    private static let askSeconds = 3.0
    private static let askedAtOnce = 3.0
    /// What lies still may move by this part of its length.
    private static let stayPart = 0.6
    private let settings: PersonDownSettings
    private var postures: [TrackID: Posture] = [:]
    private var descents: [TrackID: Descent] = [:]
    /// How often may be asked now, and when that was so.
    private var questions = Self.askedAtOnce
    private var questionsSeconds = -Double.infinity

    init(_ settings: PersonDownSettings, scene: CameraScene) { self.settings = settings }

    mutating func forget() {
        postures.removeAll()
        descents.removeAll()
    }

    mutating func assess(_ frame: RuleInput) -> [Detection] {
        let ledger = frame.ledger, context = frame.context
        var detections: [Detection] = []
        for id in ledger.seen {
            guard let track = ledger.histories[id], let sample = track.last, !sample.region.isEmpty else { continue }
            var posture = postures[id] ?? Posture()
            follow(&posture, sample, context)
            if !posture.isAnnounced, let since = posture.downSince, let upright = posture.lastUpright,
                context.seconds - since >= settings.minDownSeconds - 1e-6
            {
                posture.isAnnounced = true
                detections.append(detection(track, posture, start: upright, context))
            }
            postures[id] = posture
        }
        postures = postures.filter { ledger.histories[$0.key] != nil }
        return detections + suspected(ledger, context)
    }

    /// Who may have fallen, as far as motion tells: far more than have.
    private mutating func suspected(_ ledger: TrackLedger, _ context: RuleContext) -> [Detection] {
        for id in ledger.seen {
            guard let track = ledger.histories[id], let sample = track.last else { continue }
            if descents[id]?.isUndone(by: sample) == true { descents[id] = nil }
            guard let descent = descent(of: track, to: sample, context) else { continue }
            if let earlier = descents[id], earlier.drop > descent.drop { continue }
            descents[id] = descent
        }
        questions = min(Self.askedAtOnce, questions + max(0, context.seconds - questionsSeconds) / Self.askSeconds)
        questionsSeconds = context.seconds
        let due = descents.filter { context.seconds - $0.value.endSeconds >= settings.minSeenDownSeconds - 1e-6 }
        guard let (id, descent) = due.max(by: { ($0.value.drop, $1.key) < ($1.value.drop, $0.key) }),
            questions >= 1
        else {
            descents = descents.filter {
                context.seconds - $0.value.endSeconds <= settings.minSeenDownSeconds + Self.askSeconds
            }
            return []
        }
        descents[id] = nil
        questions -= 1
        var facts = IncidentFacts()
        let foot = context.foot(descent.region)
        let zone = context.scene.zone(at: foot, in: context.frameSize)
        facts.zoneName = zone?.name
        facts.zoneKind = zone?.kind
        let now = ledger.histories[id]?.last?.region ?? descent.region
        return [
            Detection(
                kind: .personDown, startSeconds: descent.startSeconds, endSeconds: descent.endSeconds,
                region: now.clamped(to: context.frameSize), severity: .high, facts: facts,
                evidence: [settings.$minSeenDownSeconds.evidence(context.seconds - descent.endSeconds)],
                tracks: [id], isOnlySuspected: true)
        ]
    }

    /// The largest descent of its upper edge, or of what of it moves, that ends now.
    private func descent(of track: TrackHistory, to sample: TrackSample, _ context: RuleContext) -> Descent? {
        // It hardly changes its place: the scale is asked for once.
        let least = context.pixels(settings.minHeight, at: context.foot(sample.region))
        var found: Descent?
        for earlier in track.samples.reversed() {
            guard sample.seconds - earlier.seconds <= settings.maxFallSeconds else { break }
            let tall = Double(earlier.region.height)
            guard tall >= least else { continue }
            for measure in [Descent.Measure.upperEdge, .movingPart] {
                if measure == .upperEdge, context.touchesTop(earlier.region) { continue }
                guard let from = measure.height(of: earlier), let to = measure.height(of: sample),
                    to - from >= Self.leastDescent * tall, to - from > found?.drop ?? 0
                else { continue }
                found = Descent(
                    startSeconds: earlier.seconds, endSeconds: sample.seconds, region: earlier.region, measure: measure,
                    from: from, drop: to - from)
            }
        }
        return found
    }

    func scores(_ frame: RuleInput) -> [RuleScore] {
        let ledger = frame.ledger, context = frame.context
        return ledger.seen.flatMap { id -> [RuleScore] in
            guard let posture = postures[id], let sample = ledger.histories[id]?.last, sample.region.width > 0 else {
                return []
            }
            let ratio = Double(sample.region.height) / Double(sample.region.width)
            let down = posture.downSince.map { context.seconds - $0 } ?? 0
            return [settings.$maxDownRatio.evidence(ratio), settings.$minDownSeconds.evidence(down)].map {
                RuleScore($0, Settings.kind, track: id)
            }
        }
    }

    private func follow(_ posture: inout Posture, _ sample: TrackSample, _ context: RuleContext) {
        let now = context.seconds
        let foot = context.foot(sample.region)
        let tall = Double(sample.region.height), ratio = tall / Double(max(1, sample.region.width))
        if ratio >= settings.minUprightRatio, tall >= context.pixels(settings.minHeight, at: foot) {
            let from = posture.uprightFrom ?? foot
            posture.uprightFrom = from
            posture.uprightSince = posture.uprightSince ?? now
            posture.walked = max(posture.walked, foot.distance(to: from))
            posture.uprightSeconds = now - (posture.uprightSince ?? now)
            posture.uprightHeight = tall
            if posture.uprightSeconds >= settings.minUprightSeconds { posture.lastUpright = now }
            posture.downSince = nil
            posture.isAnnounced = false
            return
        }
        // Neither upright nor flat: on the way down, or bent over.
        guard ratio <= settings.maxDownRatio, let upright = posture.lastUpright,
            posture.walked >= context.pixels(settings.minWalked, at: foot),
            // It lies where it stood, and has become low, not just wide (arms, a second person beside it).
            tall <= 0.6 * posture.uprightHeight, !touchesEdge(sample.region, context)
        else {
            posture.downSince = nil
            return
        }
        if let since = posture.downSince, let place = posture.downPlace {
            let reach = Self.stayPart * Double(max(sample.region.width, sample.region.height))
            if sample.centroid.distance(to: place) <= reach { return }
            // It crawls: still down, but the clock begins anew.
            posture.downSince = since < now ? now : since
            posture.downPlace = sample.centroid
            return
        }
        guard now - upright <= settings.maxFallSeconds else { return }
        posture.downSince = now
        posture.downPlace = sample.centroid
    }

    /// Who leaves the picture is cut off, and so seems to become flat.
    private func touchesEdge(_ region: Region, _ context: RuleContext) -> Bool {
        context.touchesBottom(region) || context.touchesSide(region) || context.touchesTop(region)
    }

    private func detection(
        _ track: TrackHistory, _ posture: Posture, start: Double, _ context: RuleContext
    ) -> Detection {
        let region = track.last?.region ?? Region(x: 0, y: 0, width: 0, height: 0)
        let foot = context.foot(region)
        var facts = IncidentFacts()
        let zone = context.scene.zone(at: foot, in: context.frameSize)
        facts.zoneName = zone?.name
        facts.zoneKind = zone?.kind
        let ratio = Double(region.height) / Double(max(1, region.width))
        return Detection(
            kind: .personDown, startSeconds: start, endSeconds: context.seconds,
            region: region.clamped(to: context.frameSize), severity: .high, facts: facts,
            evidence: [
                settings.$maxDownRatio.evidence(ratio),
                settings.$minDownSeconds.evidence(context.seconds - (posture.downSince ?? context.seconds)),
                context.evidence(settings.$minWalked, pixels: posture.walked, at: foot),
                settings.$minUprightSeconds.evidence(posture.uprightSeconds),
            ],
            tracks: [track.id])
    }
}
