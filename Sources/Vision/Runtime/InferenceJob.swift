import Synchronization

/// One piece of work for the service's thread, and the task that waits for it.
final class InferenceJob: Sendable {
    private enum State {
        case created
        case waiting(CheckedContinuation<Void, any Error>)
        case running
        case done
        /// Given up before anybody waited for it.
        case abandoned(any Error)
    }

    let label: String
    let isUrgent: Bool
    private let work: @Sendable () throws -> Void
    private let state = Mutex(State.created)

    init(label: String, isUrgent: Bool = false, work: @escaping @Sendable () throws -> Void) {
        self.label = label
        self.isUrgent = isUrgent
        self.work = work
    }

    /// False when the job was already given up; the continuation has then been resumed.
    func wait(_ continuation: CheckedContinuation<Void, any Error>) -> Bool {
        let error: (any Error)? = state.withLock { state in
            if case .abandoned(let error) = state {
                state = .done
                return error
            }
            state = .waiting(continuation)
            return nil
        }
        guard let error else { return true }
        continuation.resume(throwing: error)
        return false
    }

    /// Gives up a job that has not begun. A running one is left alone: its tensors are in use until it ends.
    func abandon(_ error: any Error) {
        let continuation: CheckedContinuation<Void, any Error>? = state.withLock { state in
            switch state {
            case .created:
                state = .abandoned(error)
                return nil
            case .waiting(let continuation):
                state = .done
                return continuation
            case .running, .done, .abandoned:
                return nil
            }
        }
        continuation?.resume(throwing: error)
    }

    /// On the service's thread: does the work, unless the job was given up.
    func run() {
        let continuation: CheckedContinuation<Void, any Error>? = state.withLock { state in
            guard case .waiting(let continuation) = state else { return nil }
            state = .running
            return continuation
        }
        guard let continuation else { return }
        let result = Result { try work() }
        state.withLock { $0 = .done }
        continuation.resume(with: result)
    }
}
