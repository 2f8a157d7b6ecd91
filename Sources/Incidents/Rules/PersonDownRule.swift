import Domain

/// `person_down`: something upright that walked becomes flat and stays so.
///
/// The reasoning: who stands or walks is about three times as tall as wide, who lies is wider than tall from most sides; who
/// bends, kneels or sits is still taller than wide. A stack does not walk before it falls.
public struct PersonDownSettings: SingleRuleParameters {
    public static let kind = IncidentKind.personDown
    public static let sentence = "Somebody who walked lies on the floor and stays there."

    @Parameter("enabled", "Whether the rule is on.")
    public var enabled = false
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

    /// What lies still may move by this part of its length.
    private static let stayPart = 0.6
    private let settings: PersonDownSettings
    private var postures: [TrackID: Posture] = [:]

    init(_ settings: PersonDownSettings, scene: CameraScene) { self.settings = settings }

    mutating func forget() { postures.removeAll() }

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
        return detections
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
