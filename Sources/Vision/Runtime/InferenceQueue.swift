import Dispatch
import Synchronization

/// What waits for the service's thread, in the order in which it came, what is urgent before what is not; and the graphs that
/// nobody needs any more, which only that thread may release.
final class InferenceQueue: Sendable {
    private struct State {
        var jobs: [InferenceJob] = []
        var unused: [CompiledGraph] = []
        var isClosed = false
        /// The thread takes nothing any more.
        var hasEnded = false
    }

    enum Next {
        case job(InferenceJob)
        /// To be released on the thread that asked.
        case unused([CompiledGraph])
        /// Woken for a job that has been given up since.
        case nothing
        case closed
    }

    private let state = Mutex(State())
    private let available = DispatchSemaphore(value: 0)

    /// Number of jobs that wait.
    var count: Int { state.withLock { $0.jobs.count } }

    /// - Returns: false when the queue is closed.
    func append(_ job: InferenceJob) -> Bool {
        let accepted = state.withLock { state in
            guard !state.isClosed else { return false }
            let place = job.isUrgent ? state.jobs.firstIndex { !$0.isUrgent } : nil
            state.jobs.insert(job, at: place ?? state.jobs.endIndex)
            return true
        }
        if accepted { available.signal() }
        return accepted
    }

    func remove(_ job: InferenceJob) {
        state.withLock { $0.jobs.removeAll { $0 === job } }
    }

    /// Has a graph released where no request can be running: between two jobs, or here and now when the thread has ended.
    func release(_ graph: CompiledGraph) {
        let waits = state.withLock { state in
            if !state.hasEnded { state.unused.append(graph) }
            return !state.hasEnded
        }
        if waits { available.signal() } else if !InferenceThread.isExiting { graph.free() }
    }

    /// Blocks the calling thread until there is something to do.
    func next() -> Next {
        available.wait()
        return state.withLock { state in
            if !state.unused.isEmpty {
                defer { state.unused = [] }
                // Each of them woke this thread once, and may stand for a job that waits.
                return .unused(state.unused)
            }
            if !state.jobs.isEmpty { return .job(state.jobs.removeFirst()) }
            guard state.isClosed else { return .nothing }
            state.hasEnded = true
            return .closed
        }
    }

    /// Jobs that wait are given up, later ones are refused; the thread ends when the running one is done.
    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.jobs = [] }
            return state.jobs
        }
        for job in waiting { job.abandon(VisionError.closed) }
        available.signal()
    }
}

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
