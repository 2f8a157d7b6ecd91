import Foundation

/// A thread of its own for calls that block: those must never sit on the tasks' pool.
enum WorkerThread {
    static func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
        let thread = Thread(block: body)
        thread.name = name
        // FFmpeg's codecs want more than the default of secondary threads on some systems.
        thread.stackSize = 4 << 20
        thread.start()
    }
}

/// Runs what blocks on threads of its own.
public enum BlockingWork {
    private static let queue = DispatchQueue(label: "aislewatch.media.blocking", attributes: .concurrent)

    public static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result { try body() }) }
        }
    }
}
