import Domain

/// Brightness and contrast of the picture against the background: picture ≈ gain x background + offset. Fitted by
/// iteratively reweighted least squares with Tukey's biweight (Beaton, Tukey 1974), so that objects do not count.
struct ExposureFit {
    private(set) var gain: Float = 1
    private(set) var offset: Float = 0
    private var samples: [(background: Float, picture: Float)] = []
    private var magnitudes: [Float] = []

    mutating func reset() {
        gain = 1
        offset = 0
    }

    /// - Parameter excluded: non-zero where an object was seen a moment ago.
    mutating func update(
        picture: UnsafePointer<Float>, background: UnsafePointer<Float>, excluded: UnsafePointer<UInt8>,
        width: Int, height: Int
    ) {
        samples.removeAll(keepingCapacity: true)
        var y = 2
        while y < height {
            var x = 2
            while x < width {
                let index = y &* width &+ x
                let value = picture[index]
                // Clipped pixels don't follow the exposure.
                if excluded[index] == 0, value > 2, value < 250 { samples.append((background[index], value)) }
                x &+= 4
            }
            y &+= 4
        }
        guard samples.count >= 200 else { return }
        let (oldGain, oldOffset) = (gain, offset)
        let shift = Self.median(samples, &magnitudes) { $0.picture - (oldGain * $0.background + oldOffset) }
        var newGain = gain
        var newOffset = offset + shift
        for _ in 0..<3 {
            let spread =
                Self.median(samples, &magnitudes) { abs($0.picture - (newGain * $0.background + newOffset)) } / 0.6745
            let reach = max(4, 4 * spread)
            var sum: Float = 0, sumB: Float = 0, sumP: Float = 0, sumBB: Float = 0, sumBP: Float = 0
            for sample in samples {
                let residual = (sample.picture - (newGain * sample.background + newOffset)) / reach
                guard abs(residual) < 1 else { continue }
                let root = 1 - residual * residual
                let weight = root * root
                let b = sample.background - 128
                let p = sample.picture - 128
                sum += weight
                sumB += weight * b
                sumP += weight * p
                sumBB += weight * b * b
                sumBP += weight * b * p
            }
            guard sum > 50 else { return }
            let meanB = sumB / sum, meanP = sumP / sum
            // The prior holds the gain where the scene has too little contrast to tell it.
            let prior: Float = 20 * sum
            let variance = sumBB - sumB * meanB + prior
            let covariance = sumBP - sumB * meanP + prior * newGain
            newGain = min(2.5, max(0.4, covariance / variance))
            newOffset = 128 + meanP - newGain * (128 + meanB)
        }
        gain = newGain
        offset = newOffset
    }

    private static func median(
        _ samples: [(background: Float, picture: Float)], _ magnitudes: inout [Float],
        _ value: ((background: Float, picture: Float)) -> Float
    ) -> Float {
        magnitudes.removeAll(keepingCapacity: true)
        var index = 0
        while index < samples.count {
            magnitudes.append(value(samples[index]))
            index &+= 4
        }
        return magnitudes.sortedMedian() ?? 0
    }
}
