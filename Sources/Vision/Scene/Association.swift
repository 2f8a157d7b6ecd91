/// Which blob shows which track: overlap with the track's last pixels first, then nearness to its predicted place.
/// Pure bookkeeping over counts; the pixels are counted by the tracker.
struct Association {
    /// What is known of one blob.
    struct Candidate {
        var box: Box
        var area: Double
        /// Part of its pixels that move, 0 to 1.
        var moving: Double
    }

    /// Tracks (by index) that each blob shows, the strongest first.
    private(set) var tracksOfBlob: [[Int]] = []
    /// The blobs of each track, its main one first.
    private(set) var blobsOfTrack: [[Int]] = []

    /// - Parameters:
    ///   - overlap: pixels that blob `b` shares with the last place of track `t`.
    ///   - elapsed: seconds since each track was last seen.
    init(
        tracks: [BlobTrack], blobs: [Candidate], overlap: (_ blob: Int, _ track: Int) -> Int, seconds: Double,
        settings: TrackerSettings
    ) {
        blobsOfTrack = Array(repeating: [], count: tracks.count)
        tracksOfBlob = Array(repeating: [], count: blobs.count)
        var strengths = [Double](repeating: 0, count: tracks.count * blobs.count)
        for (t, track) in tracks.enumerated() {
            let elapsed = max(0.001, seconds - track.lastSeenSeconds)
            let predicted = track.predictedBox(after: min(elapsed, 0.5))
            let isMobile = track.restingSince == nil && track.speed * elapsed > 2
            for (b, blob) in blobs.enumerated() {
                var strength = Double(overlap(b, t)) / max(1, min(track.area, blob.area))
                if isMobile {
                    let common = Double(predicted.intersection(blob.box))
                    strength = max(strength, 0.8 * common / Double(max(1, min(predicted.area, blob.box.area))))
                }
                if strength > 0.2 { strengths[t * blobs.count + b] = strength }
            }
        }
        var claimed = blobs.indices.map { b in
            tracks.indices.contains { strengths[$0 * blobs.count + b] > 0 }
        }
        // A track that jumped: its overlap, if any, is what it left behind.
        var jumps: [(cost: Double, track: Int, blob: Int)] = []
        for (t, track) in tracks.enumerated() where track.restingSince == nil {
            let linked = blobs.indices.filter { strengths[t * blobs.count + $0] > 0 }
            let stays = linked.contains { b in
                blobs[b].area > 0.6 * track.area
                    && Self.score(track, blobs[b], strengths[t * blobs.count + b], seconds) > 0.3
            }
            if stays { continue }
            for (b, blob) in blobs.enumerated() where !claimed[b] {
                guard let cost = Self.jumpCost(track, blob, seconds: seconds, reach: settings.reach) else { continue }
                jumps.append((cost, t, b))
            }
        }
        jumps.sort { ($0.cost, $0.track, $0.blob) < ($1.cost, $1.track, $1.blob) }
        var jumped = Set<Int>()
        for jump in jumps where !claimed[jump.blob] && !jumped.contains(jump.track) {
            claimed[jump.blob] = true
            jumped.insert(jump.track)
            strengths[jump.track * blobs.count + jump.blob] = 0.5
        }
        for (t, track) in tracks.enumerated() {
            let linked = blobs.indices.filter { strengths[t * blobs.count + $0] > 0 }
            blobsOfTrack[t] = linked.map { b in
                (
                    b,
                    Self.score(track, blobs[b], strengths[t * blobs.count + b], seconds)
                        + (jumped.contains(t) && strengths[t * blobs.count + b] == 0.5 ? 0.3 : 0)
                )
            }
            .sorted { ($1.1, $0.0) < ($0.1, $1.0) }.map(\.0)
        }
        for (t, linked) in blobsOfTrack.enumerated() {
            for b in linked { tracksOfBlob[b].append(t) }
        }
    }

    /// How well a blob continues a track, when there are several: what moves on continues a thing that moved, what stays
    /// behind where the track began is the place it left.
    private static func score(_ track: BlobTrack, _ blob: Candidate, _ strength: Double, _ seconds: Double) -> Double {
        let size = min(1, blob.area / max(1, track.area))
        guard track.restingSince == nil, seconds - track.lastMobileSeconds < 0.6 else { return strength + size }
        var score = 0.4 * strength + 0.4 * size + blob.moving
        if seconds - track.bornSeconds < 3 {
            let behind = Double(track.birthBox.intersection(blob.box)) / Double(max(1, blob.box.area))
            let covered = Double(track.birthBox.intersection(blob.box)) / Double(max(1, track.birthBox.area))
            // A blob that reaches far beyond the birthplace is not what was left there.
            if covered < 1.5 { score -= 0.8 * behind }
        }
        return score
    }

    /// How unlikely it is that the track jumped to the blob; nil when it is out of reach.
    private static func jumpCost(_ track: BlobTrack, _ blob: Candidate, seconds: Double, reach: Double) -> Double? {
        let elapsed = max(0.001, seconds - track.lastSeenSeconds)
        guard elapsed < 1 else { return nil }
        let place = track.predictedCentroid(after: elapsed)
        let centerX = Double(blob.box.left + blob.box.right + 1) / 2
        let centerY = Double(blob.box.top + blob.box.bottom + 1) / 2
        let distance = ((place.x - centerX) * (place.x - centerX) + (place.y - centerY) * (place.y - centerY))
            .squareRoot()
        let size = max(6, max(track.size, Double(max(blob.box.width, blob.box.height))))
        let ratio = blob.area / max(1, track.area)
        let allowed = reach * size * max(1, min(elapsed, 0.3) / 0.1)
        guard distance <= allowed, ratio > 0.2, ratio < 5, blob.moving > 0.15 || elapsed > 0.15 else { return nil }
        return distance / size + abs(ratio > 1 ? ratio - 1 : 1 / ratio - 1) * 0.3
    }
}
