import Domain

/// `person_down`: see ``PersonDownSettings``. Each track is upright, then falling, then down; it is announced once.
struct PersonDownRule: SceneRule {
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

    init(settings: PersonDownSettings) { self.settings = settings }

    mutating func removeAll() { postures.removeAll() }

    mutating func assess(_ ledger: TrackLedger, _ context: RuleContext) -> [RuleSign] {
        var signs: [RuleSign] = []
        for id in ledger.seen {
            guard let track = ledger.histories[id], let sample = track.last, !sample.region.isEmpty else { continue }
            var posture = postures[id] ?? Posture()
            follow(&posture, sample, context)
            if !posture.isAnnounced, let since = posture.downSince, let upright = posture.lastUpright,
                context.seconds - since >= settings.minDownSeconds - 1e-6
            {
                posture.isAnnounced = true
                signs.append(sign(track, posture, start: upright, context))
            }
            postures[id] = posture
        }
        postures = postures.filter { ledger.histories[$0.key] != nil }
        return signs
    }

    func scores(_ ledger: TrackLedger, _ context: RuleContext) -> [RuleScore] {
        ledger.seen.flatMap { id -> [RuleScore] in
            guard let posture = postures[id], let sample = ledger.histories[id]?.last, sample.region.width > 0 else {
                return []
            }
            let ratio = Double(sample.region.height) / Double(sample.region.width)
            let down = posture.downSince.map { context.seconds - $0 } ?? 0
            return [
                RuleScore(
                    kind: .personDown, track: id, parameter: "max_down_ratio", measured: ratio,
                    threshold: settings.maxDownRatio, unit: "", isMet: ratio <= settings.maxDownRatio),
                RuleScore(
                    kind: .personDown, track: id, parameter: "min_down_seconds", measured: down,
                    threshold: settings.minDownSeconds, unit: "s", isMet: down >= settings.minDownSeconds),
            ]
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

    private func sign(
        _ track: TrackHistory, _ posture: Posture, start: Double, _ context: RuleContext
    ) -> RuleSign {
        let region = track.last?.region ?? Region(x: 0, y: 0, width: 0, height: 0)
        let foot = context.foot(region)
        var facts = IncidentFacts()
        let zone = context.scene.zone(at: foot, in: context.frameSize)
        facts.zoneName = zone?.name
        facts.zoneKind = zone?.kind
        let ratio = Double(region.height) / Double(max(1, region.width))
        return RuleSign(
            kind: .personDown, startSeconds: start, endSeconds: context.seconds,
            region: region.clamped(to: context.frameSize), severity: .high, facts: facts,
            evidence: [
                Evidence(
                    parameter: "max_down_ratio", measured: ratio, threshold: settings.maxDownRatio, unit: "",
                    kind: .personDown),
                Evidence(
                    parameter: "min_down_seconds", measured: context.seconds - (posture.downSince ?? context.seconds),
                    threshold: settings.minDownSeconds, unit: "s", kind: .personDown),
                context.evidence(
                    "min_walked", pixels: posture.walked, settings.minWalked, at: foot, kind: .personDown),
                Evidence(
                    parameter: "min_upright_seconds", measured: posture.uprightSeconds,
                    threshold: settings.minUprightSeconds, unit: "s", kind: .personDown),
            ],
            tracks: [track.id])
    }
}
