import TestSupport
import Testing

@testable import Alerts

@Suite("Back-off")
struct RetryPolicyTests {
    private func delays(_ policy: RetryPolicy, _ attempts: ClosedRange<Int>, retryAfter: Double? = nil) -> [Double] {
        var random = SeededGenerator(seed: 5)
        return attempts.map { attempt in
            policy.delaySeconds(
                attempt: attempt, retryAfterSeconds: retryAfter, chance: Double.random(in: 0...1, using: &random))
        }
    }

    @Test("pauses double up to the longest")
    func doubling() {
        var policy = RetryPolicy()
        policy.jitter = 0
        #expect(delays(policy, 1...10) == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
        #expect(delays(policy, 1000...1000) == [300])
        #expect(delays(policy, 0...0) == [2])
    }

    @Test("chance shortens a pause by at most its part, and no two are alike")
    func jitter() {
        let policy = RetryPolicy()
        let made = delays(policy, 9...200)
        #expect(made.allSatisfy { (240.0...300.0).contains($0) })
        #expect(Set(made).count > 100)
    }

    @Test("a provider's longer pause is kept, within reason")
    func retryAfter() {
        var policy = RetryPolicy()
        policy.jitter = 0
        #expect(delays(policy, 1...1, retryAfter: 30) == [30])
        #expect(delays(policy, 1...1, retryAfter: 0) == [2])
        #expect(delays(policy, 1...1, retryAfter: 1e9) == [3600])
    }
}
