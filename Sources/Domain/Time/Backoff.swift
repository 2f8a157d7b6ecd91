/// How long to wait before trying again: doubling, capped, with jitter so that many don't come back at the same moment.
public struct Backoff: Hashable, Sendable {
    /// Seconds before the first new attempt.
    public var initialSeconds: Double
    /// Never longer than this.
    public var capSeconds: Double
    /// The part of the wait that is random, 0 to 1.
    public var jitter: Double

    public init(initialSeconds: Double = 0.5, capSeconds: Double = 2, jitter: Double = 0.3) {
        self.initialSeconds = initialSeconds
        self.capSeconds = capSeconds
        self.jitter = jitter
    }

    /// Seconds to wait after the `failures`-th failure in a row (from 1), with `random` from 0 to 1.
    public func delaySeconds(failures: Int, random: Double) -> Double {
        let doublings = min(max(0, failures - 1), 30)
        let full = min(capSeconds, initialSeconds * Double(1 << doublings))
        return full * (1 - min(max(jitter, 0), 1) * random)
    }
}
