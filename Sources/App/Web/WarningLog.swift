import Domain
import Foundation
import Logging
import Synchronization

/// The last warnings of the log, for the status page.
final class WarningLog: Sendable {
    private struct State {
        /// Oldest first.
        var warnings: [LogWarning] = []
        var onNew: (@Sendable (LogWarning) -> Void)?
    }

    private static let capacity = 100
    private let clock: any WallClock
    private let state = Mutex(State())

    init(clock: any WallClock) { self.clock = clock }

    /// Newest first.
    var newestFirst: [LogWarning] { state.withLock { $0.warnings.reversed() } }

    func tell(_ receiver: @escaping @Sendable (LogWarning) -> Void) { state.withLock { $0.onNew = receiver } }

    func add(level: Logger.Level, _ message: String) {
        let now = clock.now()
        let (warning, receiver) = state.withLock { state in
            var warning = LogWarning(at: now, level: level.rawValue, message: String(message.prefix(500)))
            if let last = state.warnings.last, last.message == warning.message, last.level == warning.level {
                warning.count = last.count + 1
                state.warnings.removeLast()
            }
            state.warnings.append(warning)
            if state.warnings.count > Self.capacity { state.warnings.removeFirst() }
            return (warning, state.onNew)
        }
        receiver?(warning)
    }
}

/// Passes everything on and keeps the warnings.
struct WarningTap: LogHandler {
    private var base: any LogHandler
    private let log: WarningLog

    init(_ base: any LogHandler, log: WarningLog) {
        self.base = base
        self.log = log
    }

    var logLevel: Logger.Level {
        get { base.logLevel }
        set { base.logLevel = newValue }
    }

    var metadata: Logger.Metadata {
        get { base.metadata }
        set { base.metadata = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { base[metadataKey: key] }
        set { base[metadataKey: key] = newValue }
    }

    func log(event: LogEvent) {
        base.log(event: event)
        if event.level >= .warning { log.add(level: event.level, "\(event.message)") }
    }
}
