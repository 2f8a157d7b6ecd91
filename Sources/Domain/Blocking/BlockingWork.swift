import Foundation

/// The one way off Swift's cooperative pool: threads for work that waits for a disk, a database or a long computation.
///
/// The pool has a thread a core. Two calls that hang in a disk on a machine with two cores stop everything that is
/// asynchronous: cameras, alerts, pages. Dispatch is no way out on Linux, since the pool takes its threads from there too
/// and a queue that hangs leaves it waiting. So each `BlockingWork` has threads of its own. They are started when there is
/// work, and end when there has been none for a while.
///
/// One that has a single thread does its work in order.
public final class BlockingWork: Sendable {
    /// For what one request or one moment needs, such as a file or a picture. What needs an order, or must not wait behind
    /// others, gets a `BlockingWork` of its own.
    public static let shared = BlockingWork("blocking", maxThreads: 32)

    private let threads: Threads

    /// - Parameters:
    ///   - name: Of the threads, in a debugger or in `top -H`.
    ///   - maxThreads: At most so many pieces of work run at once; what comes then waits. At least 1.
    public init(_ name: String, maxThreads: Int) { threads = Threads(name: name, most: max(1, maxThreads)) }

    /// Runs `body` on a thread that may wait; the caller's is free meanwhile.
    ///
    /// A task that is cancelled still waits for the end of `body`.
    public func run<Result: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let result: Swift.Result<Result, Failure> = await withCheckedContinuation { continuation in
            start {
                do throws(Failure) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }

    /// Begins `body` and does not wait for it.
    public func start(_ body: @escaping @Sendable () -> Void) { threads.add(body) }

    /// Returns when all that was begun before has ended. Only of one that has a single thread.
    public func drain() async { await run {} }

    // MARK: - The watchdog

    /// Ends a debug build when this is the cooperative pool: a call that may wait must not be made there. The main thread
    /// may wait, since the command line has nothing else to do. Costs nothing in a release build.
    /// - Parameter call: What is being called, for the message.
    @inlinable
    public static func assertMayBlock(_ call: @autoclosure () -> String) {
        #if DEBUG
            guard !mayBlock else { return }
            fatalError("\(call()) may wait, and was called on Swift's pool: see BlockingWork")
        #endif
    }

    /// Whether the calling thread may wait.
    public static var mayBlock: Bool {
        // Threads of our own and of Dispatch run no task.
        withUnsafeCurrentTask { $0 == nil } || Permission.isGiven || Thread.isMainThread
    }

    /// Runs `body` as if the pool's threads could wait: for tests, which call code that waits and have nothing else to do
    /// meanwhile.
    package static func permitted<Result>(_ body: () throws -> Result) rethrows -> Result {
        try Permission.$isGiven.withValue(true, operation: body)
    }

    package static func permitted<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        try await Permission.$isGiven.withValue(true, operation: body)
    }

    private enum Permission {
        @TaskLocal static var isGiven = false
    }

    // MARK: - The threads

    private final class Threads: @unchecked Sendable {
        private let name: String
        private let most: Int
        /// Guards what follows.
        private let condition = NSCondition()
        private var waiting: [@Sendable () -> Void] = []
        private var running = 0
        private var idle = 0

        private static let idleSeconds = 5.0

        init(name: String, most: Int) {
            self.name = name
            self.most = most
        }

        func add(_ body: @escaping @Sendable () -> Void) {
            condition.lock()
            waiting.append(body)
            let mustStart = waiting.count > idle && running < most
            if mustStart { running += 1 }
            condition.signal()
            condition.unlock()
            guard mustStart else { return }
            let thread = Thread { self.work() }
            thread.name = name
            thread.stackSize = 4 << 20
            thread.start()
        }

        private func work() {
            condition.lock()
            defer { condition.unlock() }
            while true {
                if waiting.isEmpty {
                    idle += 1
                    let isInTime = condition.wait(until: Date(timeIntervalSinceNow: Self.idleSeconds))
                    idle -= 1
                    guard waiting.isEmpty else { continue }
                    if isInTime { continue }
                    running -= 1
                    return
                }
                let next = waiting.removeFirst()
                condition.unlock()
                next()
                condition.lock()
            }
        }
    }
}
