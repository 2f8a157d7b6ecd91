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
    /// - Parameter chance: A random number, 0 to 1.
    public func delaySeconds(attempt: Int, retryAfterSeconds: Double? = nil, chance: Double) -> Double {
        var delay = initialDelaySeconds
        for _ in 1..<max(attempt, 1) where delay < maximumDelaySeconds { delay *= 2 }
        delay = min(delay, maximumDelaySeconds) * (1 - jitter * chance)
        guard let retryAfterSeconds else { return delay }
        return max(delay, min(retryAfterSeconds, maximumRetryAfterSeconds))
    }
}
