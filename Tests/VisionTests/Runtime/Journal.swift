import Synchronization

/// What happened, in order, noted from any thread.
final class Journal: Sendable {
    private let stored = Mutex<[Int]>([])

    var entries: [Int] { stored.withLock { $0 } }

    func note(_ entry: Int) { stored.withLock { $0.append(entry) } }
}
