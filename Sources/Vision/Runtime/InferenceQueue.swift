import Dispatch
import Foundation
import Synchronization

/// What waits for the service's thread, in the order in which it came, what is urgent before what is not; and the
/// graphs that nobody needs any more, which only that thread may release.
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

    /// Has a graph released where no request can be running: between two jobs, or here and now when the thread has
    /// ended.
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

/// The one thread on which graphs are compiled, run and released.
///
/// The runtime's own static objects are destroyed when the process exits; a request that still runs then reads freed
/// memory. So every thread is joined before that: by `InferenceService.shutdown()`, and at the latest by `exit`.
final class InferenceThread: Sendable {
    private enum State {
        case running(pthread_t)
        case joined
    }

    struct NotStarted: Error {
        let number: Int32
    }

    private let queue: InferenceQueue
    private let state: Mutex<State>

    /// Threads that were not joined yet.
    private static let all = Mutex<[InferenceThread]>([])
    private static let exiting = Atomic(false)

    /// Whether the process is about to end: the runtime's own objects are or will be gone, so nothing is given back to
    /// it.
    static var isExiting: Bool { exiting.load(ordering: .acquiring) }

    private init(queue: InferenceQueue, id: pthread_t) {
        self.queue = queue
        state = Mutex(.running(id))
    }

    /// Starts a thread that serves `queue` until that is closed.
    /// - Throws: `NotStarted` when the system has no thread left.
    static func start(serving queue: InferenceQueue) throws -> InferenceThread {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, 8 << 20)
        var id = pthread_t()
        let argument = Unmanaged.passRetained(queue)
        let status = pthread_create(
            &id, &attributes,
            { @Sendable argument in
                guard let argument else { return nil }
                Thread.current.name = "inference"
                InferenceThread.serve(Unmanaged<InferenceQueue>.fromOpaque(argument).takeRetainedValue())
                return nil
            }, argument.toOpaque())
        guard status == 0 else {
            argument.release()
            throw NotStarted(number: status)
        }
        let thread = InferenceThread(queue: queue, id: id)
        all.withLock { $0.append(thread) }
        return thread
    }

    private static func serve(_ queue: InferenceQueue) {
        while true {
            switch queue.next() {
            case .job(let job): job.run()
            case .unused(let graphs): graphs.forEach { $0.free() }
            case .nothing: continue
            case .closed: return
            }
        }
    }

    /// Ends the thread, after the job that it is at, and waits for it. Blocks; may be called again and from several
    /// threads.
    func end() {
        queue.close()
        state.withLock { state in
            guard case .running(let id) = state else { return }
            pthread_join(id, nil)
            state = .joined
        }
        Self.all.withLock { $0.removeAll { $0 === self } }
    }

    /// Makes `exit` end all threads first. Functions that are registered later are called earlier, and the runtime
    /// registers its own ones when it first needs what they destroy: so this is called again after each of the first
    /// steps.
    static func endBeforeExit() {
        atexit {
            InferenceThread.exiting.store(true, ordering: .releasing)
            for thread in InferenceThread.all.withLock({ $0 }) { thread.end() }
        }
    }
}
