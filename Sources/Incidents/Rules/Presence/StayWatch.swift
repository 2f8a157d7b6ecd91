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
