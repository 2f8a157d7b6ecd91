import Domain

/// The way of one part that moved on its own within a blob, and has stopped: as samples that ``Descent`` can judge.
struct PartPath: Sendable {
    let number: Int
    /// While it moved, oldest first.
    let samples: [TrackSample]
    let restSeconds: Double
    /// Where it stopped.
    let region: Region
    let restStart: Double

    /// - Returns: nil unless the part moved in several frames and has been at rest, still there, since.
    init?(_ part: MovingPart, of history: TrackHistory, _ ledger: TrackLedger, minCovered: Double) {
        guard !part.moves, part.covered >= minCovered else { return nil }
        var moving: [TrackSample] = []
        var stopped: Double?
        // Its blob may have had another number before.
        for other in ledger.histories.values {
            for sample in other.samples {
                guard let seen = sample.cues?.parts?.first(where: { $0.number == part.number }) else { continue }
                if seen.moves {
                    moving.append(
                        TrackSample(
                            seconds: sample.seconds, region: seen.region, centroid: seen.centroid, area: seen.area))
                } else {
                    stopped = min(stopped ?? sample.seconds, sample.seconds)
                }
            }
        }
        moving.sort { $0.seconds < $1.seconds }
        guard moving.count >= 3, let last = moving.last, let now = history.last, let stopped else { return nil }
        number = part.number
        samples = moving
        restStart = last.seconds
        restSeconds = now.seconds - max(stopped, last.seconds)
        region = part.region
    }
}
