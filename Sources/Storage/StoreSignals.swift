import Dispatch
import Foundation
import Glibc
import Synchronization

/// What somebody may wait for to change in the database.
public enum StoreTopic: Hashable, Sendable, CaseIterable {
    /// Messages to people.
    case outbox
    /// What the command line asks of the daemon.
    case requests
    case suppressions
}

/// Tells those who wait that something in the database may have changed.
///
/// This process's own changes are signalled after their commit. Those of another process, such as the command line, are
/// noticed by a watch (inotify(7)) on the write-ahead log, into which every commit of every process goes; SQLite then says
/// whether it was another's (`PRAGMA data_version`). It needs no port, no second file and no help from the other process,
/// and costs nothing while nothing happens. What another process has changed is not known: everybody who waits looks.
final class StoreSignals: Sendable {
    private struct State {
        var nextID = 0
        var waiting: [Int: (topic: StoreTopic, continuation: AsyncStream<Void>.Continuation)] = [:]
        var watch: (any DispatchSourceProtocol)?
        /// As it was when the database was opened, or last looked at.
        var foreignVersion: Int?
    }

    private let log: String
    private let state: Mutex<State>
    /// How often those who wait are woken where the system refuses a watch (its limits are per user).
    private static let fallbackSeconds = 2.0

    private let foreignVersion: @Sendable () -> Int?

    /// - Parameters:
    ///   - path: The database's.
    ///   - foreignVersion: Another number after each commit of another process; nil when it can't be had.
    init(path: String, foreignVersion: @escaping @Sendable () -> Int?) {
        log = path + "-wal"
        self.foreignVersion = foreignVersion
        state = Mutex(State(foreignVersion: foreignVersion()))
    }

    deinit { state.withLock { $0.watch }?.cancel() }

    func stream(of topic: StoreTopic) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state -> Int in
            if state.watch == nil { state.watch = makeWatch() }
            state.nextID += 1
            state.waiting[state.nextID] = (topic, continuation)
            return state.nextID
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { state in _ = state.waiting.removeValue(forKey: id) }
        }
        return stream
    }

    func notify(_ topic: StoreTopic) { notify { $0 == topic } }

    private func notify(_ isWanted: (StoreTopic) -> Bool) {
        let waiting = state.withLock { $0.waiting.values.filter { isWanted($0.topic) } }
        for (_, continuation) in waiting { continuation.yield() }
    }

    /// After something has been written to the log.
    private func look() {
        let version = foreignVersion()
        let isForeign = state.withLock { state in
            defer { state.foreignVersion = version }
            return version == nil || version != state.foreignVersion
        }
        if isForeign { notify { _ in true } }
    }

    private func makeWatch() -> any DispatchSourceProtocol {
        let queue = DispatchQueue(label: "aislewatch.storage.changes")
        let descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        // The log stays the same file as long as this process has the database open.
        guard descriptor >= 0, inotify_add_watch(descriptor, log, UInt32(IN_MODIFY)) >= 0 else {
            if descriptor >= 0 { close(descriptor) }
            let timer = DispatchSource.makeTimerSource(queue: queue)
            timer.schedule(deadline: .now() + Self.fallbackSeconds, repeating: Self.fallbackSeconds)
            timer.setEventHandler { [weak self] in self?.notify { _ in true } }
            timer.resume()
            return timer
        }
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler { [weak self] in
            var events = [UInt8](repeating: 0, count: 4096)
            while read(descriptor, &events, events.count) > 0 {}
            self?.look()
        }
        source.setCancelHandler { close(descriptor) }
        source.resume()
        return source
    }
}
