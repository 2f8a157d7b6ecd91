import Domain
import Foundation
import Synchronization

/// A clock that stands still until the test moves it. Sleepers wake when the clock passes their moment.
public final class ManualClock: WallClock {
    private struct Sleeper {
        var id: Int
        var wakesAt: Double
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var date: Date
        var monotonic = 0.0
        var nextID = 0
        var sleepers: [Sleeper] = []
        /// Called at each new sleeper; how a test learns that the code under test waits.
        var watchers: [(id: Int, count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state: Mutex<State>

    public init(date: Date = Date(timeIntervalSince1970: 1_780_000_000)) {
        state = Mutex(State(date: date))
    }

    public func now() -> Date { state.withLock { $0.date } }

    public func monotonicSeconds() -> Double { state.withLock { $0.monotonic } }

    /// Moves both clocks on and wakes those whose time has come.
    public func advance(seconds: Double) {
        let due = state.withLock { state -> [Sleeper] in
            state.date += seconds
            state.monotonic += seconds
            let due = state.sleepers.filter { $0.wakesAt <= state.monotonic }
            state.sleepers.removeAll { $0.wakesAt <= state.monotonic }
            return due
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    /// Sets the time of day alone, as an administrator or NTP would.
    public func jump(to date: Date) { state.withLock { $0.date = date } }

    /// How many tasks sleep now.
    public var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// Returns once at least `count` tasks sleep, or when the task is cancelled.
    public func waitForSleepers(_ count: Int = 1) async {
        let id = state.withLock { state -> Int in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> Bool in
                    if state.sleepers.count >= count || Task.isCancelled { return true }
                    state.watchers.append((id, count, continuation))
                    return false
                }
                if ready { continuation.resume() }
            }
        } onCancel: {
            let watcher = state.withLock { state in
                state.watchers.firstIndex { $0.id == id }.map { state.watchers.remove(at: $0) }
            }
            watcher?.continuation.resume()
        }
    }

    public func sleep(seconds: Double) async throws {
        try Task.checkCancellation()
        let id = state.withLock { state -> Int in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let (instant, woken) = state.withLock { state -> (Bool, [CheckedContinuation<Void, Never>]) in
                    if seconds <= 0 { return (true, []) }
                    state.sleepers.append(
                        Sleeper(id: id, wakesAt: state.monotonic + seconds, continuation: continuation))
                    let woken = state.watchers.filter { $0.count <= state.sleepers.count }.map(\.continuation)
                    state.watchers.removeAll { $0.count <= state.sleepers.count }
                    return (false, woken)
                }
                for watcher in woken { watcher.resume() }
                if instant {
                    continuation.resume()
                } else if Task.isCancelled {
                    cancel(id)
                }
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func cancel(_ id: Int) {
        let sleeper = state.withLock { state -> Sleeper? in
            guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else { return nil }
            return state.sleepers.remove(at: index)
        }
        sleeper?.continuation.resume(throwing: CancellationError())
    }
}
