import Domain

/// Since when things at rest have been left alone. Who passes by later does not count: they did not come to stay.
struct Solitude: Sendable {
    private struct Entry: Sendable {
        var restSince: Double
        var place: Point
        var aloneSince: Double?
    }

    private var entries: [TrackID: Entry] = [:]

    mutating func removeAll() { entries.removeAll() }

    /// - Returns: when the track came to rest and since when it is alone; nil while it moves or somebody is with it.
    mutating func update(
        _ history: TrackHistory, _ ledger: TrackLedger, _ context: RuleContext, distance: Double
    ) -> (restSince: Double, aloneSince: Double)? {
        guard let last = history.last,
            let rest = Rest(of: history.samples, height: context.height, seconds: 0.5)
        else {
            entries[history.id] = nil
            return nil
        }
        let reach = 0.015 * context.height + 0.1 * last.area.squareRoot()
        var entry = entries[history.id] ?? Entry(restSince: rest.startSeconds, place: rest.centroid)
        if entry.place.distance(to: rest.centroid) > reach {
            entry = Entry(restSince: rest.startSeconds, place: rest.centroid)
        }
        if entry.aloneSince == nil {
            let near = last.region.expanded(by: Int(clamping: distance * context.height))
            let company = ledger.seen.contains { id in
                guard id != history.id, let other = ledger.histories[id], let sample = other.last,
                    let cues = sample.cues, other.origin == .motion
                else { return false }
                return cues.movingFraction > 0.1 && sample.area > 0.15 * last.area
                    && !sample.region.intersection(near).isEmpty
            }
            if !company { entry.aloneSince = context.seconds }
        }
        entries[history.id] = entry
        return entry.aloneSince.map { (entry.restSince, $0) }
    }

    /// Since when a track has been alone, by the last update; nil while it is not.
    func aloneSince(_ id: TrackID) -> Double? { entries[id]?.aloneSince }

    /// Forgets tracks that are gone.
    mutating func keep(_ ledger: TrackLedger) { entries = entries.filter { ledger.histories[$0.key] != nil } }
}
