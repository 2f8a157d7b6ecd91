import Foundation

/// Where "now" comes from. Nothing reads the system's clocks directly, so that tests own time.
public protocol WallClock: Sendable {
    /// The date and time of day; may step when the machine's clock is set.
    func now() -> Date
    /// Seconds on a clock that never steps; its zero is arbitrary.
    func monotonicSeconds() -> Double
    /// Returns when `seconds` have passed on the monotonic clock.
    /// - Throws: `CancellationError` when the task is cancelled first.
    func sleep(seconds: Double) async throws
}

/// The machine's clocks.
public struct SystemClock: WallClock {
    private static let origin = ContinuousClock.now

    public init() {}

    public func now() -> Date { Date() }

    public func monotonicSeconds() -> Double { (ContinuousClock.now - Self.origin) / .seconds(1) }

    public func sleep(seconds: Double) async throws { try await Task.sleep(for: .seconds(seconds)) }
}
