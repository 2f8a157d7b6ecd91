import Domain

/// Where a person would click.
enum InnerPoint {
    /// The centre of the pixel of the set that lies farthest from its edge, and that distance in pixels. What lies outside
    /// the picture counts as not in the set. Of equals the first in reading order; nil when the set is empty.
    static func deepest(size: FrameSize, isInside: (Int) -> Bool) -> (point: Point, depth: Double)? {
        let padded = FrameSize(width: size.width + 2, height: size.height + 2)
        let distances = DistanceTransform.squared(size: padded) { index in
            let x = index % padded.width - 1, y = index / padded.width - 1
            guard x >= 0, y >= 0, x < size.width, y < size.height else { return true }
            return !isInside(y * size.width + x)
        }
        var best = 0, deepest: Float = 0
        for (index, distance) in distances.enumerated() where distance > deepest {
            deepest = distance
            best = index
        }
        guard deepest > 0 else { return nil }
        let point = Point(x: Double(best % padded.width - 1) + 0.5, y: Double(best / padded.width - 1) + 0.5)
        return (point, Double(deepest).squareRoot())
    }
}
