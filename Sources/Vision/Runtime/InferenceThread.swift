import Foundation
import Synchronization

/// The one thread on which graphs are compiled, run and released.
///
/// The runtime's own static objects are destroyed when the process exits; a request that still runs then reads freed memory.
/// So every thread is joined before that: by `InferenceService.shutdown()`, and at the latest by `exit`.
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

    /// Whether the process is about to end: the runtime's own objects are or will be gone, so nothing is given back to it.
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

    /// Ends the thread, after the job that it is at, and waits for it. Blocks; may be called again and from several threads.
    func end() {
        queue.close()
        state.withLock { state in
            guard case .running(let id) = state else { return }
            pthread_join(id, nil)
            state = .joined
        }
        Self.all.withLock { $0.removeAll { $0 === self } }
    }

    /// Makes `exit` end all threads first. Functions that are registered later are called earlier, and the runtime registers
    /// its own ones when it first needs what they destroy: so this is called again after each of the first steps.
    static func endBeforeExit() {
        atexit {
            InferenceThread.exiting.store(true, ordering: .releasing)
            for thread in InferenceThread.all.withLock({ $0 }) { thread.end() }
        }
    }
}
