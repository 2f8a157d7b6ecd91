import Domain

extension BlobTrack {
    /// Takes over where the track is now.
    mutating func follow(_ measure: BlobMeasure, cues: MotionCues, seconds: Double, isNew: Bool) {
        let area = Double(measure.area)
        let center = measure.center
        let elapsed = seconds - lastSeenSeconds
        if !isNew, elapsed > 0 {
            let fresh = (x: (center.x - centroid.x) / elapsed, y: (center.y - centroid.y) / elapsed)
            // A blob that merged or split jumps without moving.
            let weight = area > 0.6 * self.area && area < 1.7 * self.area ? 0.7 : 0.35
            velocity = (
                velocity.x + weight * (fresh.x - velocity.x), velocity.y + weight * (fresh.y - velocity.y)
            )
            framesSeen += 1
        }
        centroid = center
        box = measure.box
        self.area = area
        self.cues = cues
        lastSeenSeconds = seconds
        if cues.movingFraction > 0.12 {
            lastMobileSeconds = seconds
            restingSince = nil
        } else if restingSince == nil, seconds - lastMobileSeconds > 0.4 {
            restingSince = seconds
            velocity = (0, 0)
        }
        if cues.movingFraction > 0.1 || steadyArea == 0 || abs(area - steadyArea) > 0.06 * steadyArea {
            steadyArea = area
            steadySince = seconds
        }
    }

    /// Whether it has shown itself clearly enough to be told: large things that move at once, others after some frames.
    func deservesID(minArea: Double, seconds: Double) -> Bool {
        if cues.movingFraction > 0.4, area >= 4 * minArea, framesSeen >= 2 { return true }
        return framesSeen >= 3 && seconds - bornSeconds >= 0.19
    }
}
