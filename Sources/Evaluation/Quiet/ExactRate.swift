import Foundation

/// The exact interval of a rate of events that are independent of each other (Garwood: Fiducial limits for the Poisson
/// distribution, Biometrika 28, 1936).
enum ExactRate {
    /// The 95 % interval of the expected number of events, of which `count` were seen.
    static func interval(count: Int) -> Interval {
        // P(X ≥ count) = 2.5 % gives the lower end, P(X ≤ count) = 2.5 % the upper one. Both are monotonic in the mean.
        let low = count == 0 ? 0 : mean { 1 - atMost(count - 1, mean: $0) < 0.025 }
        return Interval(low: low, high: mean { atMost(count, mean: $0) > 0.025 })

        func mean(_ isBelow: (Double) -> Bool) -> Double {
            var (low, high) = (0.0, Double(count) * 2 + 20)
            for _ in 0..<100 {
                let middle = (low + high) / 2
                if isBelow(middle) { low = middle } else { high = middle }
            }
            return (low + high) / 2
        }
    }

    /// P(X ≤ count) of a Poisson distribution, summed in logarithms so that no term overflows.
    private static func atMost(_ count: Int, mean: Double) -> Double {
        guard mean > 0 else { return 1 }
        return (0...count).reduce(0) { $0 + exp(Double($1) * log(mean) - mean - lgamma(Double($1) + 1)) }
    }
}
