import Logging
import Synchronization

/// Keeps what is logged, and lets a test wait for a line.
final class LogRecorder: Sendable {
    private struct State {
        var lines: [String] = []
        var watchers: [(part: String, count: Int, continuation: CheckedContinuation<Void, Never>)] = []

        func count(_ part: String) -> Int { lines.count { $0.contains(part) } }
    }

    private let state = Mutex(State())

    var lines: [String] { state.withLock { $0.lines } }
    var logger: Logger { Logger(label: "test") { _ in Handler(recorder: self) } }

    /// Returns once `count` lines hold `part`, or when the test has run out of time.
    func wait(for part: String, count: Int = 1) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isThere = state.withLock { state -> Bool in
                    if state.count(part) >= count || Task.isCancelled { return true }
                    state.watchers.append((part, count, continuation))
                    return false
                }
                if isThere { continuation.resume() }
            }
        } onCancel: {
            let waiting = state.withLock { state in
                defer { state.watchers = [] }
                return state.watchers
            }
            for watcher in waiting { watcher.continuation.resume() }
        }
    }

    private func append(_ line: String) {
        let woken = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.lines.append(line)
            var rest: [(part: String, count: Int, continuation: CheckedContinuation<Void, Never>)] = []
            var woken: [CheckedContinuation<Void, Never>] = []
            for watcher in state.watchers {
                if state.count(watcher.part) >= watcher.count {
                    woken.append(watcher.continuation)
                } else {
                    rest.append(watcher)
                }
            }
            state.watchers = rest
            return woken
        }
        for watcher in woken { watcher.resume() }
    }

    private struct Handler: LogHandler {
        let recorder: LogRecorder
        var metadata: Logger.Metadata = [:]
        var metadataProvider: Logger.MetadataProvider?
        var logLevel: Logger.Level = .trace

        init(recorder: LogRecorder) { self.recorder = recorder }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { recorder.append("\(event.level) \(event.message)") }
    }
}
