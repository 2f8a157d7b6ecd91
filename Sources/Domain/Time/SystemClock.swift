import Foundation

/// The machine's clocks.
public struct SystemClock: WallClock {
    private static let origin = ContinuousClock.now

    public init() {}

    public func now() -> Date { Date() }

    public func monotonicSeconds() -> Double { (ContinuousClock.now - Self.origin) / .seconds(1) }

    public func sleep(seconds: Double) async throws { try await Task.sleep(for: .seconds(seconds)) }
}
