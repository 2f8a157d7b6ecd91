/// Which blob shows which track: overlap with the track's last pixels first, then nearness to its predicted place.
/// Pure bookkeeping over counts; the pixels are counted by the tracker. Buffers are kept from frame to frame.
struct Association {
    /// What is known of one blob.
    struct Candidate {
        var box: Box
        var area: Double
        /// Part of its pixels that move, 0 to 1.
        var moving: Double
    }

    private struct Jump {
        var cost: Double
        var track: Int
        var blob: Int
    }

    /// Tracks (by index) that each blob shows, the strongest first. Longer than there are blobs.
    private(set) var tracksOfBlob: [[Int]] = []
    /// The blobs of each track, its main one first. Longer than there are tracks.
    private(set) var blobsOfTrack: [[Int]] = []
    /// Per track and blob, 0 where they have nothing to do with each other.
    private var strengths: [Double] = []
    private var claimed: [Bool] = []
    private var hasJumped: [Bool] = []
    private var jumps: [Jump] = []
    private var scores: [(blob: Int, score: Double)] = []

    /// - Parameters:
    ///   - overlap: pixels that blob `b` shares with the last place of track `t`.
    ///   - seconds: now.
    mutating func update(
        tracks: [BlobTrack], blobs: [Candidate], overlap: (_ blob: Int, _ track: Int) -> Int, seconds: Double,
        settings: TrackerSettings
    ) {
        clear(tracks: tracks.count, blobs: blobs.count)
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
                guard strength > 0.2 else { continue }
                strengths[t * blobs.count + b] = strength
                claimed[b] = true
            }
        }
        findJumps(tracks, blobs, seconds: seconds, settings: settings)
        for (t, track) in tracks.enumerated() {
            scores.removeAll(keepingCapacity: true)
            for (b, blob) in blobs.enumerated() where strengths[t * blobs.count + b] > 0 {
                let strength = strengths[t * blobs.count + b]
                let score = Self.score(track, blob, strength, seconds) + (hasJumped[t] && strength == 0.5 ? 0.3 : 0)
                scores.append((b, score))
            }
            scores.sort { ($1.score, $0.blob) < ($0.score, $1.blob) }
            for entry in scores {
                blobsOfTrack[t].append(entry.blob)
                tracksOfBlob[entry.blob].append(t)
            }
        }
    }

    private mutating func clear(tracks: Int, blobs: Int) {
        while blobsOfTrack.count < tracks { blobsOfTrack.append([]) }
        while tracksOfBlob.count < blobs { tracksOfBlob.append([]) }
        for index in blobsOfTrack.indices { blobsOfTrack[index].removeAll(keepingCapacity: true) }
        for index in tracksOfBlob.indices { tracksOfBlob[index].removeAll(keepingCapacity: true) }
        strengths.removeAll(keepingCapacity: true)
        strengths.append(contentsOf: repeatElement(0, count: tracks * blobs))
        claimed.removeAll(keepingCapacity: true)
        claimed.append(contentsOf: repeatElement(false, count: blobs))
        hasJumped.removeAll(keepingCapacity: true)
        hasJumped.append(contentsOf: repeatElement(false, count: tracks))
    }

    /// Tracks that jumped: their overlap, if any, is what they left behind.
    private mutating func findJumps(
        _ tracks: [BlobTrack], _ blobs: [Candidate], seconds: Double, settings: TrackerSettings
    ) {
        jumps.removeAll(keepingCapacity: true)
        for (t, track) in tracks.enumerated() where track.restingSince == nil {
            let stays = blobs.indices.contains { b in
                let strength = strengths[t * blobs.count + b]
                return strength > 0 && blobs[b].area > 0.6 * track.area
                    && Self.score(track, blobs[b], strength, seconds) > 0.3
            }
            if stays { continue }
            for (b, blob) in blobs.enumerated() where !claimed[b] {
                guard let cost = Self.jumpCost(track, blob, seconds: seconds, reach: settings.reach) else { continue }
                jumps.append(Jump(cost: cost, track: t, blob: b))
            }
        }
        jumps.sort { ($0.cost, $0.track, $0.blob) < ($1.cost, $1.track, $1.blob) }
        for jump in jumps where !claimed[jump.blob] && !hasJumped[jump.track] {
            claimed[jump.blob] = true
            hasJumped[jump.track] = true
            strengths[jump.track * blobs.count + jump.blob] = 0.5
        }
    }

    /// How well a blob continues a track, when there are several: what moves on continues a thing that moved, what
    /// stays behind where the track began is the place it left.
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
