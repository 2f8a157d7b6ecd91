import Domain
import Foundation
import Synchronization

/// Reads a ring in order, from where it was made. Keeps what it has not read yet from being let go; release it when done.
///
/// One reader at a time.
public final class RingCursor: Sendable {
    // Unchecked: GOPs are only touched under the ring's lock, this state as well.
    private struct State: @unchecked Sendable {
        var gop: Gop?
        var index = 0
        /// Nothing was there yet when the cursor was made, or the ring was empty.
        var waitsForFirst: Bool
        var isReleased = false
    }

    private enum Step {
        case item(RingItem)
        case end
        case wait
    }

    private let ring: PacketRing
    private let own: Mutex<State>
    private let semaphore = DispatchSemaphore(value: 0)

    init(ring: PacketRing, gop: Gop?) {
        self.ring = ring
        own = Mutex(State(gop: gop, waitsForFirst: gop == nil))
    }

    /// Waits for the next packet.
    /// - Returns: nil when the ring was finished and all has been read, or the cursor was released.
    /// - Throws: `CancellationError` when the task is cancelled.
    public func next() async throws -> RingItem? {
        while true {
            try Task.checkCancellation()
            switch step() {
            case .item(let item): return item
            case .end: return nil
            case .wait: break
            }
            let waiter = Waiter()
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    waiter.set(continuation)
                    if !register({ waiter.wake() }) { waiter.wake() }
                }
            } onCancel: {
                waiter.wake()
            }
        }
    }

    /// As `next()`, for a thread.
    /// - Returns: nil also when `timeoutSeconds` passed with nothing; see `isAtEnd`.
    public func nextBlocking(timeoutSeconds: Double) -> RingItem? {
        let until = DispatchTime.now() + timeoutSeconds
        while true {
            switch step() {
            case .item(let item): return item
            case .end: return nil
            case .wait: break
            }
            let semaphore = semaphore
            if register({ semaphore.signal() }), semaphore.wait(timeout: until) == .timedOut { return nil }
        }
    }

    /// The next packet if it is there already.
    public func nextIfPresent() -> RingItem? {
        if case .item(let item) = step() { return item }
        return nil
    }

    /// Compressed bytes that it keeps from being let go, the group of pictures that it stands in counted whole.
    public var pinnedBytes: Int {
        ring.state.withLock { _ in
            own.withLock { own in
                var bytes = 0
                var gop = own.gop
                while let current = gop {
                    bytes += current.bytes
                    gop = current.next
                }
                return bytes
            }
        }
    }

    /// Gives up the oldest groups of pictures until it pins at most so many bytes; the newest one stays.
    /// - Returns: Seconds of video given up; 0 when it stays where it is. Else the next packet is a key frame.
    public func skip(toAtMost bytes: Int) -> Double {
        var remaining = pinnedBytes
        return ring.state.withLock { _ in
            own.withLock { own in
                var seconds = 0.0
                while remaining > bytes, let gop = own.gop, let next = gop.next {
                    remaining -= gop.bytes
                    seconds += gop.seconds
                    own.gop = next
                    own.index = 0
                }
                return seconds
            }
        }
    }

    /// Nothing will ever follow.
    public var isAtEnd: Bool {
        ring.state.withLock { ring in
            own.withLock { own in
                if own.isReleased { return true }
                guard ring.isFinished else { return false }
                guard let gop = own.gop ?? ring.first else { return true }
                return own.index >= gop.items.count && gop.next == nil
            }
        }
    }

    /// Lets go of all that it pins and ends it; a waiting reader returns.
    public func release() {
        own.withLock { own in
            own.isReleased = true
            own.gop = nil
        }
        let waiters = ring.state.withLock { ring in
            defer { ring.waiters = [:] }
            return Array(ring.waiters.values)
        }
        for waiter in waiters { waiter() }
    }

    /// Takes the next item.
    private func step() -> Step {
        ring.state.withLock { ring in
            own.withLock { own in
                if own.isReleased { return .end }
                if own.waitsForFirst, let first = ring.first {
                    own.gop = first
                    own.waitsForFirst = false
                }
                if let gop = own.gop {
                    if own.index < gop.items.count {
                        own.index += 1
                        return .item(gop.items[own.index - 1])
                    }
                    if let next = gop.next, let first = next.items.first {
                        own.gop = next
                        own.index = 1
                        return .item(first)
                    }
                }
                return ring.isFinished ? .end : .wait
            }
        }
    }

    /// Has `waiter` called at the next change.
    /// - Returns: false, and nothing is called, when there is something to take or the end already.
    private func register(_ waiter: @escaping @Sendable () -> Void) -> Bool {
        ring.state.withLock { ring in
            let mustWait = own.withLock { own -> Bool in
                if own.isReleased || ring.isFinished { return false }
                guard let gop = own.gop else { return ring.first == nil || !own.waitsForFirst }
                return own.index >= gop.items.count && gop.next == nil
            }
            if mustWait {
                ring.waiters[ring.nextWaiter] = waiter
                ring.nextWaiter += 1
            }
            return mustWait
        }
    }
}

/// Wakes one continuation, once, whichever comes first: the news or the cancellation.
private final class Waiter: Sendable {
    private struct State {
        var continuation: CheckedContinuation<Void, Never>?
        var isWoken = false
    }

    private let state = Mutex(State())

    func set(_ continuation: CheckedContinuation<Void, Never>) {
        let now = state.withLock { state in
            if state.isWoken { return true }
            state.continuation = continuation
            return false
        }
        if now { continuation.resume() }
    }

    func wake() {
        let continuation = state.withLock { state in
            state.isWoken = true
            defer { state.continuation = nil }
            return state.continuation
        }
        continuation?.resume()
    }
}
