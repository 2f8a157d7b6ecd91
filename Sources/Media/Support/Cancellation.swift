import Synchronization

/// Stops blocking input from another thread: once cancelled, opening and reading return with `MediaError.cancelled`.
public final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    public init() {}

    public var isCancelled: Bool { flag.load(ordering: .acquiring) }

    public func cancel() { flag.store(true, ordering: .releasing) }
}
