import Dispatch
import Synchronization

/// First in, first out, between tasks and the service's thread; what is urgent before what is not.
final class InferenceQueue: Sendable {
    private struct State {
        var jobs: [InferenceJob] = []
        var isClosed = false
    }

    enum Next {
        case job(InferenceJob)
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

    /// Blocks the calling thread until there is something to do.
    func next() -> Next {
        available.wait()
        return state.withLock { state in
            if !state.jobs.isEmpty { return .job(state.jobs.removeFirst()) }
            return state.isClosed ? .closed : .nothing
        }
    }

    /// Jobs that wait are given up; the thread is told to end.
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
