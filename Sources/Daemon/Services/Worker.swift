import Dispatch
import Synchronization

/// A thread for work that may hang: while one piece is under way, the next ones are left out.
final class Worker: Sendable {
    private let queue: DispatchQueue
    private let isBusy = Mutex(false)

    init(_ label: String) { queue = DispatchQueue(label: label) }

    func submit(_ body: @escaping @Sendable () -> Void) {
        let mayStart = isBusy.withLock { isBusy in
            defer { isBusy = true }
            return !isBusy
        }
        guard mayStart else { return }
        queue.async { [self] in
            body()
            isBusy.withLock { $0 = false }
        }
    }
}
