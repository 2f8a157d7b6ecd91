import Domain

/// The stretch at the end of a track in which it lies still.
struct Rest: Hashable, Sendable {
    /// Index of the first sample at rest.
    var first: Int
    var startSeconds: Double
    var centroid: Point
    var region: Region
    /// Whether it has not kept the size it had when it came to rest: a liquid, or something that leaks.
    var isSpreading: Bool

    /// - Parameters:
    ///   - height: pixels per picture height.
    ///   - seconds: how long it must have been still.
    ///   - isWhole: whether nothing within it may have moved either: where what came down and the place it left are one blob,
    ///     its middle stays while it falls.
    /// - Returns: nil when the track moved within the last `seconds`, or is not known for so long.
    init?(of samples: [TrackSample], height: Double, seconds: Double, isWhole: Bool = false) {
        guard let last = samples.last else { return nil }
        // Noise of the motion detector's grid and of an outline that flickers: a part of the picture and of the object.
        let reach = 0.006 * height + 0.06 * last.area.squareRoot()
        // A thing lies perfectly still, but for noise; a person who stands hardly ever does.
        let moving = 0.12
        var k = samples.count - 1
        while k >= 0, samples[k].centroid.distance(to: last.centroid) <= reach {
            if isWhole, let cues = samples[k].cues, cues.movingFraction > moving { break }
            k -= 1
        }
        let start = k + 1
        guard start < samples.count, last.seconds - samples[start].seconds >= seconds - 1e-6 else { return nil }
        let tail = samples[start...].drop { $0.seconds < last.seconds - seconds - 1e-6 }
        let fractions = tail.compactMap { $0.cues?.movingFraction }
        if !fractions.isEmpty, fractions.reduce(0, +) / Double(fractions.count) > moving { return nil }
        // The outline flickers by a part of its length.
        let outline = last.area.squareRoot()
        let areas = tail.map(\.area)
        let growing = (areas.max() ?? 0) - (areas.min() ?? 0) > 0.05 * last.area + outline
        isSpreading = growing || last.area - samples[start].area > 0.12 * last.area + 2 * outline
        first = start
        startSeconds = samples[start].seconds
        centroid = last.centroid
        region = last.region
    }
}
