/// When a message that failed is tried again, and when no more.
public struct RetryPolicy: Hashable, Sendable {
    /// Pause after the first failed attempt; doubles with each further one.
    public var initialDelaySeconds = 2.0
    public var maximumDelaySeconds = 300.0
    /// Part of a pause that is left to chance, 0 to 1, so that many messages don't come back at the same moment.
    public var jitter = 0.2
    /// A provider may ask for a longer pause than ours (Retry-After), but not for a longer one than this.
    public var maximumRetryAfterSeconds = 3600.0
    /// A message older than this is given up.
    public var giveUpAfterSeconds = 86_400.0

    public init() {}

    /// The pause after the attempt with this number (1, 2, 3, …): exponential, shortened by chance.
    public func delaySeconds(
        attempt: Int, retryAfterSeconds: Double? = nil, random: inout some RandomNumberGenerator
    ) -> Double {
        let doublings = Double(min(max(attempt - 1, 0), 60))
        var delay = initialDelaySeconds
        for _ in 0..<Int(doublings) where delay < maximumDelaySeconds { delay *= 2 }
        delay = min(delay, maximumDelaySeconds) * (1 - jitter * Double.random(in: 0..<1, using: &random))
        guard let retryAfterSeconds else { return delay }
        return max(delay, min(retryAfterSeconds, maximumRetryAfterSeconds))
    }
}
