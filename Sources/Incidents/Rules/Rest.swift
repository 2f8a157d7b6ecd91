import Domain

/// The stretch at the end of a track in which it lies still and keeps its size: what still spreads is not at rest.
struct Rest: Hashable, Sendable {
    /// Index of the first sample at rest.
    var first: Int
    var startSeconds: Double
    var centroid: Point
    var region: Region

    /// - Parameters:
    ///   - height: pixels per picture height.
    ///   - seconds: how long it must have been still.
    /// - Returns: nil when the track moved within the last `seconds`, or is not known for so long.
    init?(of samples: [TrackSample], height: Double, seconds: Double) {
        guard let last = samples.last else { return nil }
        // Noise of the gate's grid and of an outline that flickers: a part of the picture and of the object.
        let reach = 0.006 * height + 0.06 * last.area.squareRoot()
        let moving = 0.3
        var k = samples.count - 1
        while k >= 0, samples[k].centroid.distance(to: last.centroid) <= reach { k -= 1 }
        let start = k + 1
        guard last.seconds - samples[start].seconds >= seconds - 1e-6 else { return nil }
        let tail = samples[start...].drop { $0.seconds < last.seconds - seconds - 1e-6 }
        let fractions = tail.compactMap { $0.cues?.movingFraction }
        // An outline of few pixels flickers by some of them.
        let areas = tail.map(\.area)
        if let smallest = areas.min(), let largest = areas.max(), largest > smallest * 1.15 + 16 { return nil }
        if last.area > samples[start].area * 1.3 + 16 { return nil }
        if !fractions.isEmpty, fractions.reduce(0, +) / Double(fractions.count) > moving { return nil }
        first = start
        startSeconds = samples[start].seconds
        centroid = last.centroid
        region = last.region
    }
}
