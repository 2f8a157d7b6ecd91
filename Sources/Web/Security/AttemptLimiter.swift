import Domain
import Synchronization

/// A bucket for each key (an address, a name) that fills with attempts and empties with time.
final class AttemptLimiter: Sendable {
    private struct Bucket {
        var level: Double
        var updatedAt: Double
    }

    /// More keys are not remembered; the longest silent one goes first.
    static let maxKeys = 8192
    private let capacity: Double
    private let refillSeconds: Double
    private let clock: any WallClock
    private let buckets = Mutex<[String: Bucket]>([:])

    /// - Parameters:
    ///   - capacity: Attempts at once.
    ///   - refillSeconds: Until one more is allowed.
    init(capacity: Double, refillSeconds: Double, clock: any WallClock) {
        self.capacity = capacity
        self.refillSeconds = refillSeconds
        self.clock = clock
    }

    /// Seconds until the next attempt is allowed; nil when it is now.
    func wait(_ key: String) -> Double? {
        let now = clock.monotonicSeconds()
        return buckets.withLock { buckets in
            guard let bucket = buckets[key] else { return nil }
            let over = level(bucket, now) - (capacity - 1)
            return over > 0 ? over * refillSeconds : nil
        }
    }

    /// Counts one.
    func count(_ key: String) {
        let now = clock.monotonicSeconds()
        buckets.withLock { buckets in
            let before = buckets[key].map { level($0, now) } ?? 0
            buckets[key] = Bucket(level: min(capacity, before + 1), updatedAt: now)
            guard buckets.count > Self.maxKeys else { return }
            buckets = buckets.filter { level($0.value, now) > 0 }
            if buckets.count > Self.maxKeys,
                let oldest = buckets.min(by: { $0.value.updatedAt < $1.value.updatedAt })
            {
                buckets[oldest.key] = nil
            }
        }
    }

    /// Counts one if it is allowed.
    /// - Returns: Seconds to wait when it is not.
    func take(_ key: String) -> Double? {
        if let seconds = wait(key) { return seconds }
        count(key)
        return nil
    }

    /// Takes one back that was no attempt after all.
    func uncount(_ key: String) { buckets.withLock { $0[key]?.level -= 1 } }

    func forget(_ key: String) { buckets.withLock { $0[key] = nil } }

    private func level(_ bucket: Bucket, _ now: Double) -> Double {
        max(0, bucket.level - (now - bucket.updatedAt) / refillSeconds)
    }
}
