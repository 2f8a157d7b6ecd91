import Domain
import Synchronization

/// Stops blocking input from another thread: once cancelled, opening and reading return with `MediaError.cancelled`.
public final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    public init() {}

    public var isCancelled: Bool { flag.load(ordering: .acquiring) }

    public func cancel() { flag.store(true, ordering: .releasing) }
}

/// Asked by FFmpeg while it waits: has this call taken too long, or was it cancelled?
final class IODeadline: Sendable {
    private let clock: any WallClock
    private let cancellation: Cancellation
    /// Bit pattern of the monotonic moment in seconds.
    private let expiresAt = Atomic<UInt64>(Double.infinity.bitPattern)

    init(clock: any WallClock, cancellation: Cancellation) {
        self.clock = clock
        self.cancellation = cancellation
    }

    var isCancelled: Bool { cancellation.isCancelled }

    var mustStop: Bool {
        isCancelled || clock.monotonicSeconds() >= Double(bitPattern: expiresAt.load(ordering: .relaxed))
    }

    /// The next blocking call has this much time.
    func arm(seconds: Double) {
        expiresAt.store((clock.monotonicSeconds() + seconds).bitPattern, ordering: .relaxed)
    }
}
