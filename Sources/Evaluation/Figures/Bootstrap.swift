import Foundation

/// How certain a mean over few items is.
public struct Interval: Hashable, Sendable, Codable {
    public var low: Double
    public var high: Double

    public init(low: Double, high: Double) {
        self.low = low
        self.high = high
    }
}

enum Bootstrap {
    private static let resamples = 2000

    /// The 95 % percentile interval of the mean (Efron, Tibshirani: An Introduction to the Bootstrap, 1993, ch. 13); the
    /// same for the same values in each run. nil for fewer than two values.
    static func interval(of values: [Double]) -> Interval? {
        guard values.count > 1 else { return nil }
        var generator = SplitMix64(state: 0x5EED)
        var means: [Double] = []
        means.reserveCapacity(resamples)
        for _ in 0..<resamples {
            var sum = 0.0
            for _ in values.indices { sum += values[Int.random(in: 0..<values.count, using: &generator)] }
            means.append(sum / Double(values.count))
        }
        means.sort()
        return Interval(low: means[resamples / 40], high: means[resamples - 1 - resamples / 40])
    }
}
