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
