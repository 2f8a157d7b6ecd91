import Synchronization

/// Carries a compiled graph from the service's thread to the task that waits for it.
final class LoadResult: Sendable {
    private let stored = Mutex<CompiledGraph?>(nil)

    var graph: CompiledGraph? { stored.withLock { $0 } }

    func store(_ graph: CompiledGraph) { stored.withLock { $0 = graph } }
}
