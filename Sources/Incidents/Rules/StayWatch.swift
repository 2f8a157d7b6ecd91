import Domain

/// Who is inside a place since when. A track that is lost there and comes back under another id goes on.
struct StayWatch: Sendable {
    struct Stay: Hashable, Sendable {
        var since: Double
        var lastSeen: Double
        var place: Point
        var size: Double
        var zone: Zone?
        var isAnnounced = false
        /// How far from where it came in it has been, in pixels.
        var strayed = 0.0
        var entry: Point
    }

    /// What is lost inside may come back within this time.
    private static let returnSeconds = 3.0
    /// Out of the zone for this long ends the stay: a foot that flickers over the edge does not.
    private static let outSeconds = 0.7

    private(set) var stays: [TrackID: Stay] = [:]

    mutating func removeAll() { stays.removeAll() }
    mutating func announce(_ id: TrackID) { stays[id]?.isAnnounced = true }

    /// - Parameter isBig: whether a track is big enough to count.
    mutating func update(
        _ ledger: TrackLedger, _ place: ZonePlace, _ context: RuleContext, isBig: (TrackSample) -> Bool
    ) {
        let now = context.seconds
        for id in ledger.seen {
            guard let sample = ledger.histories[id]?.last, isBig(sample) else { continue }
            let foot = context.foot(sample.region)
            guard let zone = place.zone(at: foot, in: context.frameSize) else { continue }
            var stay =
                stays[id] ?? takeOver(foot, sample, ledger, now)
                ?? Stay(since: now, lastSeen: now, place: foot, size: sample.area.squareRoot(), zone: zone, entry: foot)
            stay.lastSeen = now
            stay.place = foot
            stay.size = sample.area.squareRoot()
            stay.zone = zone
            stay.strayed = max(stay.strayed, foot.distance(to: stay.entry))
            stays[id] = stay
        }
        let seen = Set(ledger.seen)
        stays = stays.filter { id, stay in
            now - stay.lastSeen <= (seen.contains(id) ? Self.outSeconds : Self.returnSeconds)
        }
    }

    private mutating func takeOver(_ foot: Point, _ sample: TrackSample, _ ledger: TrackLedger, _ now: Double) -> Stay?
    {
        let seen = Set(ledger.seen)
        let near = stays.filter { id, stay in
            !seen.contains(id) && stay.place.distance(to: foot) <= max(stay.size, sample.area.squareRoot())
        }
        guard
            let nearest = near.min(by: {
                ($0.value.place.distance(to: foot), $0.key) < ($1.value.place.distance(to: foot), $1.key)
            })
        else { return nil }
        stays[nearest.key] = nil
        return nearest.value
    }
}

/// The zones that a presence rule means.
struct ZonePlace: Hashable, Sendable {
    private let zones: [Zone]
    private let isEverywhere: Bool

    init(names: [String], kinds: [Zone.Kind], scene: CameraScene, everywhereWithout: Bool) {
        zones = scene.zones.filter { names.isEmpty ? kinds.contains($0.kind) : names.contains($0.name) }
        isEverywhere = everywhereWithout && names.isEmpty && kinds.isEmpty
    }

    /// Whether no place is meant: the scene has none of the zones.
    var isNowhere: Bool { !isEverywhere && zones.isEmpty }

    /// The zone at a place; `.some(nil)` where the whole picture is meant.
    func zone(at point: Point, in size: FrameSize) -> Zone?? {
        if isEverywhere { return .some(nil) }
        return zones.first { $0.contains(point, in: size) }.map { .some($0) } ?? nil
    }
}

extension Detection {
    /// What a rule about places detected of one track; nil for a track of which nothing is known.
    init?(
        _ settings: some ListedRuleParameters, track: TrackHistory, start: Double, end: Double, zone: Zone?,
        severity: Severity, evidence: [Evidence], _ context: RuleContext
    ) {
        guard let last = track.last else { return nil }
        var facts = IncidentFacts()
        facts.zoneName = zone?.name
        facts.zoneKind = zone?.kind
        self.init(
            kind: type(of: settings).kind, startSeconds: start, endSeconds: end,
            region: last.region.clamped(to: context.frameSize), severity: severity, facts: facts, evidence: evidence,
            tracks: [track.id], ruleName: settings.name, isPartOnly: settings.isPartOnly)
    }
}
