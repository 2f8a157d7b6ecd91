import Domain
import Synchronization

/// Slows down who tries tokens: a bucket of wrong ones for each address, refilled with time.
///
/// Tokens can't be guessed anyway; this keeps the attempt from costing anything. It only counts wrong tokens. A proxy on
/// this machine speaks for everybody, so its address is never held against anybody.
final class WrongTokenLimiter: Sendable {
    /// Wrong tokens that an address may send at once.
    static let capacity = 20.0
    /// Seconds until one more is allowed.
    static let refillSeconds = 15.0
    /// More addresses are not remembered; the longest silent one goes first.
    static let maxAddresses = 4096

    private struct Bucket {
        var level: Double
        var updatedAt: Double
    }

    private let clock: any WallClock
    private let buckets = Mutex<[String: Bucket]>([:])

    init(clock: any WallClock) { self.clock = clock }

    /// Whether this address has sent too many wrong tokens lately.
    func isBlocked(_ address: String) -> Bool {
        guard !Self.isLocal(address) else { return false }
        let now = clock.monotonicSeconds()
        return buckets.withLock { buckets in
            guard let bucket = buckets[address] else { return false }
            return Self.level(of: bucket, at: now) > Self.capacity - 1
        }
    }

    /// Counts a wrong token.
    func countWrongToken(from address: String) {
        guard !Self.isLocal(address) else { return }
        let now = clock.monotonicSeconds()
        buckets.withLock { buckets in
            let level = buckets[address].map { Self.level(of: $0, at: now) } ?? 0
            buckets[address] = Bucket(level: min(Self.capacity, level + 1), updatedAt: now)
            guard buckets.count > Self.maxAddresses else { return }
            buckets = buckets.filter { Self.level(of: $0.value, at: now) > 0 }
            if buckets.count > Self.maxAddresses,
                let oldest = buckets.min(by: { $0.value.updatedAt < $1.value.updatedAt })
            {
                buckets[oldest.key] = nil
            }
        }
    }

    private static func level(of bucket: Bucket, at now: Double) -> Double {
        max(0, bucket.level - (now - bucket.updatedAt) / refillSeconds)
    }

    private static func isLocal(_ address: String) -> Bool { address.hasPrefix("127.") || address == "::1" }
}
