import Foundation

/// How long frames took from their arrival to what the rules say of them, of the last one to two minutes. A histogram: costs
/// nothing a frame and keeps no frame's time.
public struct DecisionTimes: Hashable, Sendable {
    /// Half the times are up to p50, and so on, in milliseconds; 9 % too long at most.
    public struct Percentiles: Hashable, Sendable, Codable {
        public var p50: Double
        public var p95: Double
        public var p99: Double
    }

    /// Each bucket ends at 2^(1/8) of the one before it: from half a millisecond to half a minute.
    private static let bucketsPerOctave = 8.0
    private static let shortestMilliseconds = 0.5
    private static let buckets = 128
    private static let spanSeconds = 60.0

    private var current = [UInt32](repeating: 0, count: buckets)
    private var last = [UInt32](repeating: 0, count: buckets)
    private var since: Double?

    public init() {}

    /// - Parameter now: Monotonic seconds.
    mutating func note(milliseconds: Double, now: Double) {
        let began = since ?? now
        if now - began >= Self.spanSeconds {
            swap(&current, &last)
            for index in current.indices { current[index] = 0 }
        }
        since = now - began >= Self.spanSeconds ? now : began
        let octaves = log2(max(Self.shortestMilliseconds, milliseconds) / Self.shortestMilliseconds)
        let bucket = Int(min(Double(Self.buckets - 1), (octaves * Self.bucketsPerOctave).rounded(.up)))
        current[bucket] &+= 1
    }

    /// nil before the first frame.
    public var percentiles: Percentiles? {
        let counts = zip(current, last).map { Int($0) + Int($1) }
        let all = counts.reduce(0, +)
        guard all > 0 else { return nil }
        func percentile(_ part: Double) -> Double {
            let wanted = (part * Double(all)).rounded(.up)
            var seen = 0.0
            for (bucket, count) in counts.enumerated() {
                seen += Double(count)
                if seen >= wanted { return Self.shortestMilliseconds * exp2(Double(bucket) / Self.bucketsPerOctave) }
            }
            return 0
        }
        return Percentiles(p50: percentile(0.5), p95: percentile(0.95), p99: percentile(0.99))
    }
}
