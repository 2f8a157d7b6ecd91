import Domain

/// A stretch of a track, up to now, in which it spread: it kept what it covered and only added to it.
struct Growth: Hashable, Sendable {
    /// Index of the entry at which it began.
    var first: Int
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

    var ratio: Double { area / max(1, startArea) }
    var seconds: Double { lastGrowthSeconds - startSeconds }

    /// - Returns: the longest growth that ends now and satisfies the settings; nil when there is none.
    init?(in entries: [GrowthHistory.Entry], settings: SpillSettings) {
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
            guard let growth = Growth(entries, from: i, now: now), growth.satisfies(entries, settings) else { continue }
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
        self.first = first
        startSeconds = start.seconds
        lastGrowthSeconds = entries[reached].seconds
        startArea = start.area
        area = now.area
        let growing = entries[first...reached]
        let count = Double(growing.count)
        containment = growing.map(\.containment).reduce(0, +) / count
        movingFraction = growing.map(\.movingFraction).reduce(0, +) / count
        textureSimilarity = now.textureSimilarity
        lumaRatio = now.lumaRatio
    }

    private func satisfies(_ entries: [GrowthHistory.Entry], _ settings: SpillSettings) -> Bool {
        guard seconds >= settings.minGrowthSeconds - 1e-6, ratio >= settings.minGrowthRatio,
            containment >= settings.minContainment, movingFraction <= settings.maxMovingFraction,
            let now = entries.last
        else { return false }
        let stretch = entries[first...]
        let total = area - startArea
        var lost = 0.0, largestStep = 0.0, steps = 0
        for (older, newer) in zip(stretch, stretch.dropFirst()) {
            let change = newer.area - older.area
            lost += max(0, -change)
            largestStep = max(largestStep, change)
            if change > 0.03 * total { steps += 1 }
        }
        // Steady: not one blob that swallowed another, not an outline that comes and goes.
        guard lost <= 0.25 * total, largestStep <= 0.6 * total, steps >= 4 else { return false }
        // In place: what it covered first it still covers, and its middle moves less than it grows.
        let start = entries[first]
        let kept = Double(start.region.intersection(now.region).area) / Double(max(1, start.region.area))
        let drift = start.centroid.distance(to: now.centroid)
        return kept >= 0.85 && drift <= 0.5 * now.area.squareRoot()
    }
}
