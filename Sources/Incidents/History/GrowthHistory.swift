import Domain

/// How one track's area went on, at a few samples a second, over half a minute: slower than frames, longer than
/// ``TrackHistory``.
struct GrowthHistory: Sendable {
    static let stepSeconds = 0.2
    static let maxEntries = 150

    /// Means over one step.
    struct Entry: Hashable, Sendable {
        var seconds: Double
        var area: Double
        var region: Region
        var centroid: Point
        var containment: Double
        var movingFraction: Double
        var textureSimilarity: Double
        var lumaRatio: Double
        var textureRatio: Double
        /// How far to the side the centroid has been from where the track began, so far, in pixels.
        var strayed: Double
    }

    private(set) var entries: [Entry] = []
    private var pending: [TrackSample] = []
    private let birthX: Double
    private var strayed = 0.0

    /// - Parameter birth: where the track was seen first.
    init(birth: Region) { birthX = birth.center.x }

    /// - Returns: whether an entry was completed.
    mutating func append(_ sample: TrackSample) -> Bool {
        var sample = sample
        sample.mask = nil
        pending.append(sample)
        strayed = max(strayed, abs(sample.centroid.x - birthX))
        guard let first = pending.first,
            sample.seconds - first.seconds >= Self.stepSeconds - 1e-6 || pending.count >= 32
        else { return false }
        let cues = pending.compactMap(\.cues)
        let count = Double(max(1, cues.count))
        // A blob's first frame has no frame before: its containment says nothing.
        let contained = cues.map(\.containment).filter { $0 > 0 }
        entries.append(
            Entry(
                seconds: sample.seconds, area: pending.map(\.area).reduce(0, +) / Double(pending.count),
                region: sample.region, centroid: sample.centroid,
                containment: contained.isEmpty ? 1 : contained.reduce(0, +) / Double(contained.count),
                movingFraction: cues.map(\.movingFraction).reduce(0, +) / count,
                textureSimilarity: cues.map(\.textureSimilarity).reduce(0, +) / count,
                lumaRatio: cues.isEmpty ? 1 : cues.map(\.lumaRatio).reduce(0, +) / count,
                textureRatio: cues.isEmpty ? 1 : cues.map(\.textureRatio).reduce(0, +) / count, strayed: strayed))
        pending.removeAll(keepingCapacity: true)
        if entries.count > Self.maxEntries { entries.removeFirst(entries.count - Self.maxEntries * 3 / 4) }
        return true
    }
}
