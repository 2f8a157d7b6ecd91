import Domain
import Synchronization

/// A thread for work that may hang: while one piece is under way, the next ones are left out.
final class Worker: Sendable {
    private let work: BlockingWork
    private let isBusy = Mutex(false)

    init(_ label: String) { work = BlockingWork(label, maxThreads: 1) }

    func submit(_ body: @escaping @Sendable () -> Void) {
        let mayStart = isBusy.withLock { isBusy in
            defer { isBusy = true }
            return !isBusy
        }
        guard mayStart else { return }
        work.start { [self] in
            body()
            isBusy.withLock { $0 = false }
        }
    }
}
