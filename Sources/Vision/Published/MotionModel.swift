import Domain

/// Predicts where the object's bounding region will be, to choose between candidates and memories: the Kalman filter of
/// SAMURAI (Yang et al., 2024, sec. 4.1; its state and noise are DeepSORT's: Wojke et al., 2017, sec. 2.1), with centre,
/// aspect and height at constant velocity.
struct MotionModel: Sendable {
    /// Frames in which the filter must have been right before its prediction counts.
    static let steadyFrames = 15
    /// The network's own estimate from which a mask is a measurement.
    static let leastIoU: Float = 0.3
    /// Weight of the prediction against the network's own estimate.
    static let weight: Float = 0.25

    private static let positionNoise = 1.0 / 20, velocityNoise = 1.0 / 160

    /// The filter's axes don't interact: each has a value, a velocity and their 2 x 2 covariance.
    private struct Axis: Sendable {
        var value: Double
        var velocity = 0.0
        var variance: Double
        var covariance = 0.0
        var velocityVariance: Double

        mutating func predict(noise: Double, velocityNoise: Double) {
            value += velocity
            variance += 2 * covariance + velocityVariance + noise * noise
            covariance += velocityVariance
            velocityVariance += velocityNoise * velocityNoise
        }

        mutating func update(_ measured: Double, noise: Double) {
            let total = variance + noise * noise
            let gain = variance / total, velocityGain = covariance / total, error = measured - value
            value += gain * error
            velocity += velocityGain * error
            velocityVariance -= velocityGain * covariance
            covariance -= gain * covariance
            variance -= gain * variance
        }
    }

    /// Centre, aspect (width over height), height.
    private var axes: [Axis] = []
    private var steady = 0

    /// Takes the next frame's candidates.
    /// - Parameter candidates: the network's estimate of each, and the region its mask covers.
    /// - Returns: which candidate is meant, and how well it fits the prediction, where there was one that counts.
    mutating func choose(_ candidates: [(iou: Float, bounds: Region?)]) -> (index: Int, motion: Float?) {
        let best = candidates.indices.reduce(0) { candidates[$1].iou > candidates[$0].iou ? $1 : $0 }
        guard !axes.isEmpty, steady > 0 else {
            if let bounds = candidates[best].bounds {
                begin(bounds)
                steady = 1
            }
            return (best, nil)
        }
        predict()
        guard steady >= Self.steadyFrames else {
            measure(candidates[best])
            return (best, nil)
        }
        let predicted = region
        let fits = candidates.map { candidate in candidate.bounds.map { Self.overlap(predicted, $0) } ?? 0 }
        func score(_ index: Int) -> Float {
            Self.weight * fits[index] + (1 - Self.weight) * candidates[index].iou
        }
        let chosen = candidates.indices.reduce(0) { score($1) > score($0) ? $1 : $0 }
        measure(candidates[chosen])
        return (chosen, fits[chosen])
    }

    private mutating func measure(_ candidate: (iou: Float, bounds: Region?)) {
        if candidate.iou >= Self.leastIoU, let bounds = candidate.bounds {
            update(bounds)
            steady += 1
        } else {
            steady = 0
        }
    }

    private static func measurement(_ bounds: Region) -> [Double] {
        [
            bounds.center.x, bounds.center.y, Double(bounds.width) / Double(max(1, bounds.height)),
            Double(bounds.height),
        ]
    }

    private mutating func begin(_ bounds: Region) {
        let height = Double(bounds.height)
        axes = Self.measurement(bounds).enumerated().map { index, value in
            let position = index == 2 ? 1e-2 : 2 * Self.positionNoise * height
            let velocity = index == 2 ? 1e-5 : 10 * Self.velocityNoise * height
            return Axis(value: value, variance: position * position, velocityVariance: velocity * velocity)
        }
    }

    private mutating func predict() {
        let height = axes[3].value
        for index in axes.indices {
            axes[index].predict(
                noise: index == 2 ? 1e-2 : Self.positionNoise * height,
                velocityNoise: index == 2 ? 1e-5 : Self.velocityNoise * height)
        }
    }

    private mutating func update(_ bounds: Region) {
        let height = axes[3].value
        for (index, value) in Self.measurement(bounds).enumerated() {
            axes[index].update(value, noise: index == 2 ? 1e-1 : Self.positionNoise * height)
        }
    }

    /// The predicted region: left, top, right, bottom.
    private var region: [Double] {
        let width = axes[2].value * axes[3].value, height = axes[3].value
        return [
            axes[0].value - width / 2, axes[1].value - height / 2, axes[0].value + width / 2,
            axes[1].value + height / 2,
        ]
    }

    /// IoU of two boxes.
    private static func overlap(_ box: [Double], _ bounds: Region) -> Float {
        let width = min(box[2], Double(bounds.endX)) - max(box[0], Double(bounds.x))
        let height = min(box[3], Double(bounds.endY)) - max(box[1], Double(bounds.y))
        guard width > 0, height > 0 else { return 0 }
        let both = width * height
        let sum = (box[2] - box[0]) * (box[3] - box[1]) + Double(bounds.area)
        return Float(both / (sum - both))
    }
}
