import Domain

/// A stretch of a track, up to now, in which it spread: it kept what it covered and only added to it.
struct Growth: Hashable, Sendable {
    /// How long a fall with its splashes may last before the liquid spreads.
    private static let commotionSeconds = 2.0

    /// Index of the entry at which it began.
    var first: Int
    /// Index of the entry at which it had grown to nearly what it is now.
    var reached: Int
    var startSeconds: Double
    /// When it last grew noticeably.
    var lastGrowthSeconds: Double
    /// Pixels at the beginning and now.
    var startArea: Double
    var area: Double
    var containment: Double
    var movingFraction: Double
    var textureSimilarity: Double
    var lumaRatio: Double
    var textureRatio: Double

    var ratio: Double { area / max(1, startArea) }
    var seconds: Double { lastGrowthSeconds - startSeconds }

    /// Whether light alone could have made it: the floor shows through, or it is as smooth as the floor and hardly darker or
    /// brighter. Shadows and their edges go again with what casts them.
    func couldBeLight(_ settings: SpillSettings) -> Bool {
        if textureSimilarity >= settings.shadowTextureSimilarity { return true }
        return abs(lumaRatio - 1) < settings.minLumaChange && textureRatio > 0.8 && textureRatio < 1.25
    }

    /// - Returns: the longest growth that ends now and satisfies the settings; nil when there is none.
    init?(in entries: [GrowthHistory.Entry], frameSize: FrameSize, settings: SpillSettings) {
        guard let now = entries.last, entries.count >= 4 else { return nil }
        // From now back while it only grew: what is older than the first shrinking is another story.
        var i = entries.count - 1
        while i > 0 {
            let older = entries[i - 1], newer = entries[i]
            let shrunk = older.area - newer.area
            if shrunk > 0.12 * newer.area { break }
            i -= 1
        }
        var best: Growth?
        while i < entries.count - 3, best == nil {
            defer { i += 1 }
            guard let growth = Growth(entries, from: i, now: now), growth.satisfies(entries, frameSize, settings) else {
                continue
            }
            best = growth
        }
        guard let best else { return nil }
        self = best
    }

    private init?(_ entries: [GrowthHistory.Entry], from first: Int, now: GrowthHistory.Entry) {
        let stretch = entries[first...]
        guard let start = stretch.first else { return nil }
        let largest = stretch.map(\.area).max() ?? now.area
        let total = largest - start.area
        guard total > 0 else { return nil }
        // It grew until 95 % of the growth was reached: the rest is the outline's flicker.
        let reached = stretch.firstIndex { $0.area >= start.area + 0.95 * total } ?? entries.count - 1
        guard reached > first else { return nil }
        self.first = first
        self.reached = reached
        startSeconds = start.seconds
        lastGrowthSeconds = entries[reached].seconds
        startArea = start.area
        area = now.area
        // The first entry says what happened before.
        let growing = entries[(first + 1)...reached]
        let count = Double(growing.count)
        containment = growing.map(\.containment).reduce(0, +) / count
        movingFraction = growing.map(\.movingFraction).reduce(0, +) / count
        textureSimilarity = now.textureSimilarity
        lumaRatio = now.lumaRatio
        textureRatio = now.textureRatio
    }

    private func satisfies(
        _ entries: [GrowthHistory.Entry], _ frameSize: FrameSize, _ settings: SpillSettings
    ) -> Bool {
        guard seconds >= settings.minGrowthSeconds - 1e-6, ratio >= settings.minGrowthRatio,
            containment >= settings.minContainment, movingFraction <= settings.maxMovingFraction,
            let now = entries.last
        else { return false }
        // Steady, as a liquid runs: it grows in nearly every step, never by one big step (a blob that swallowed another),
        // and gives nothing back.
        let total = max(1, area - startArea)
        var lost = 0.0, largestStep = 0.0, rises = 0
        for index in first..<reached {
            let change = entries[index + 1].area - entries[index].area
            lost += max(0, -change)
            largestStep = max(largestStep, change)
            if change > 0 { rises += 1 }
        }
        guard lost <= 0.08 * total, largestStep <= 0.45 * total, Double(rises) >= 0.8 * Double(reached - first),
            now.area >= startArea + 0.85 * (entries[reached].area - startArea)
        else { return false }
        // In place: what it covered first it still covers, and its middle moves less than it grows.
        let start = entries[first]
        let kept = Double(start.region.intersection(now.region).area) / Double(max(1, start.region.area))
        let drift = start.centroid.distance(to: now.centroid)
        guard kept >= 0.85, drift <= 0.5 * now.area.squareRoot() else { return false }
        // New: larger than all it was before (but for the commotion from which it comes).
        let before = entries[..<first].lazy.filter { $0.seconds < start.seconds - Self.commotionSeconds }.map(\.area)
            .max()
        guard now.area >= settings.minGrowthRatio * (before ?? 0) else { return false }
        // At most linear: the area of a viscous current grows as t^(1/4) from a given volume, as t from a constant flow
        // (Huppert: The propagation of two-dimensional and axisymmetric viscous gravity currents, 1982). What comes
        // nearer to the camera grows faster and faster.
        let middle = entries[(first + reached) / 2].area
        guard entries[reached].area - middle <= 1.6 * (middle - startArea) + 0.1 * total else { return false }
        // What begins at the picture's edge and moves comes in from outside.
        let edge = frameSize.height / 64
        let isAtEdge =
            start.region.x <= edge || start.region.y <= edge
            || start.region.endX >= frameSize.width - edge || start.region.endY >= frameSize.height - edge
        guard !isAtEdge || movingFraction <= 0.15 else { return false }
        // Not carried there: the track began about here (or above, when its container fell).
        guard start.strayed <= now.area.squareRoot() else { return false }
        // By now nearly all of it is still; only the edge creeps.
        let recent = entries.suffix(3).map(\.movingFraction)
        guard recent.reduce(0, +) / Double(recent.count) <= settings.maxMovingFraction * 0.7 else { return false }
        // Flat: a floor is seen at a slant, so that a puddle is hardly ever taller than wide. Who comes nearer is.
        return Double(now.region.height) <= settings.maxHeightToWidth * Double(max(1, now.region.width))
    }
}
