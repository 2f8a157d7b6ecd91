import Domain

/// Exact Euclidean distances on the pixel grid (Felzenszwalb, Huttenlocher: Distance Transforms of Sampled Functions,
/// 2012).
enum DistanceTransform {
    /// For each pixel the squared distance, from centre to centre, to the nearest pixel with `isTarget`; infinite when
    /// there is none.
    static func squared(size: FrameSize, isTarget: (Int) -> Bool) -> [Float] {
        let width = size.width, height = size.height
        var field = (0..<size.area).map { isTarget($0) ? Float(0) : Float.infinity }
        var envelope = Envelope(capacity: max(width, height))
        field.withUnsafeMutableBufferPointer { field in
            for column in 0..<width { envelope.transform(field, start: column, step: width, count: height) }
            for row in 0..<height { envelope.transform(field, start: row * width, step: 1, count: width) }
        }
        return field
    }

    /// The lower envelope of parabolas over one line of the field.
    private struct Envelope {
        private var apexes: [Int]
        private var borders: [Float]
        private var values: [Float]

        init(capacity: Int) {
            apexes = Array(repeating: 0, count: capacity)
            borders = Array(repeating: 0, count: capacity + 1)
            values = Array(repeating: 0, count: capacity)
        }

        mutating func transform(_ field: UnsafeMutableBufferPointer<Float>, start: Int, step: Int, count: Int) {
            for index in 0..<count { values[index] = field[start + index * step] }
            var last = -1
            for index in 0..<count where values[index] < .infinity {
                var border = -Float.infinity
                while last >= 0 {
                    let apex = apexes[last]
                    let rise = values[index] + Float(index * index) - (values[apex] + Float(apex * apex))
                    border = rise / Float(2 * (index - apex))
                    if border > borders[last] { break }
                    last -= 1
                    border = -.infinity
                }
                last += 1
                apexes[last] = index
                borders[last] = border
                borders[last + 1] = .infinity
            }
            guard last >= 0 else { return }
            var current = 0
            for index in 0..<count {
                while current < last, borders[current + 1] < Float(index) { current += 1 }
                let distance = index - apexes[current]
                field[start + index * step] = Float(distance * distance) + values[apexes[current]]
            }
        }
    }
}

/// Where a person would click.
enum InnerPoint {
    /// The centre of the pixel of the set that lies farthest from its edge, and that distance in pixels. What lies
    /// outside the frame counts as not in the set. Of equals the first in reading order; nil when the set is empty.
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
