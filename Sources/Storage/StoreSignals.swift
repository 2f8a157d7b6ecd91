import Dispatch
import Foundation
import Glibc
import Synchronization

/// What somebody may wait for to change in the database.
public enum StoreTopic: Hashable, Sendable, CaseIterable {
    /// Messages to people.
    case outbox
    /// What came of a message or a clip.
    case outcomes
    /// What the command line asks of the daemon.
    case requests
    case suppressions
    case snoozes
    /// An incident that was not there before; only this process's own.
    case incidents
}

/// Tells those who wait that something in the database may have changed.
///
/// This process's own changes are signalled after their commit. For other processes, such as the command line, a commit that
/// somebody may wait for also touches a small file beside the database, which is watched (inotify(7)): that comes after the
/// commit, where a write to the write-ahead log comes before it and would be looked at too early. It needs no port and costs
/// nothing while nothing happens. Which topic another process has changed is not known: everybody who waits looks.
final class StoreSignals: Sendable {
    private struct State {
        var nextID = 0
        var waiting: [Int: (topic: StoreTopic, wake: @Sendable () -> Void)] = [:]
        var watch: (any DispatchSourceProtocol)?
    }

    private let mark: String
    private let state = Mutex(State())
    /// How often those who wait are woken where the system refuses a watch (its limits are per user).
    private static let fallbackSeconds = 2.0

    /// - Parameter path: The database's.
    init(path: String) { mark = path + "-changed" }

    deinit { state.withLock { $0.watch }?.cancel() }

    func stream(of topic: StoreTopic) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        state.withLock { state in if state.watch == nil { state.watch = makeWatch() } }
        let id = add(topic) { continuation.yield() }
        continuation.onTermination = { [weak self] _ in self?.remove(id) }
        return stream
    }

    /// Waits on the calling thread until `isTrue` holds or the time is over; asks again after each change of the topic that
    /// this process makes.
    /// - Returns: whether it holds.
    func wait(for topic: StoreTopic, atMostSeconds seconds: Double, until isTrue: () -> Bool) -> Bool {
        let changed = DispatchSemaphore(value: 0)
        let id = add(topic) { changed.signal() }
        defer { remove(id) }
        let deadline = DispatchTime.now() + seconds
        while !isTrue() {
            if changed.wait(timeout: deadline) == .timedOut { return isTrue() }
        }
        return true
    }

    private func add(_ topic: StoreTopic, wake: @escaping @Sendable () -> Void) -> Int {
        state.withLock { state in
            state.nextID += 1
            state.waiting[state.nextID] = (topic, wake)
            return state.nextID
        }
    }

    private func remove(_ id: Int) { state.withLock { state in _ = state.waiting.removeValue(forKey: id) } }

    /// Wakes who waits in this process.
    func wake(_ topic: StoreTopic) { wake { $0 == topic } }

    /// After a commit: wakes who waits, here and in other processes. May wait for the disk.
    func notify(_ topic: StoreTopic) {
        wake(topic)
        let descriptor = open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { return }
        futimens(descriptor, nil)
        close(descriptor)
    }

    private func wake(_ isWanted: (StoreTopic) -> Bool) {
        let waiting = state.withLock { $0.waiting.values.filter { isWanted($0.topic) } }
        for (_, wake) in waiting { wake() }
    }

    private func makeWatch() -> any DispatchSourceProtocol {
        let queue = DispatchQueue(label: "aislewatch.storage.changes")
        let file = open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0o640)
        if file >= 0 { close(file) }
        let descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        guard descriptor >= 0, inotify_add_watch(descriptor, mark, UInt32(IN_ATTRIB)) >= 0 else {
            if descriptor >= 0 { close(descriptor) }
            let timer = DispatchSource.makeTimerSource(queue: queue)
            timer.schedule(deadline: .now() + Self.fallbackSeconds, repeating: Self.fallbackSeconds)
            timer.setEventHandler { [weak self] in self?.wake { _ in true } }
            timer.resume()
            return timer
        }
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler { [weak self] in
            var events = [UInt8](repeating: 0, count: 4096)
            while read(descriptor, &events, events.count) > 0 {}
            self?.wake { _ in true }
        }
        source.setCancelHandler { close(descriptor) }
        source.resume()
        return source
    }
}
