import Domain
import Foundation
import Logging
import Synchronization

/// A packet and how to decode it.
public struct RingItem: Sendable {
    public let packet: Packet
    public let parameters: StreamParameters

    public init(packet: Packet, parameters: StreamParameters) {
        self.packet = packet
        self.parameters = parameters
    }
}

/// The last seconds of a camera's packets, in whole GOPs. One writer, any number of readers.
///
/// Bounded in seconds and bytes; the newest GOP always stays whole, even when it alone is larger than allowed (said
/// once in the log). Cursors keep what they have not read yet, beyond those bounds.
public final class PacketRing: Sendable {
    public struct Statistics: Hashable, Sendable {
        public var gops = 0
        public var bytes = 0
        /// Length of what is kept.
        public var seconds = 0.0
        public var oldest: MediaTime?
        public var newest: MediaTime?
        /// Packets taken in since the start.
        public var packets = 0
        /// GOPs that alone were larger than the bound.
        public var oversizedGOPs = 0
    }

    // Unchecked: GOPs are only touched under the lock.
    fileprivate struct State: @unchecked Sendable {
        var first: Gop?
        var last: Gop?
        var statistics = Statistics()
        var parameters: StreamParameters?
        var lastIsOversized = false
        var isFinished = false
        /// Cursors that wait for a packet, each once at most.
        var waiters: [ObjectIdentifier: Waiter] = [:]
        var wakeUps = 0
    }

    fileprivate let state = Mutex(State())
    private let seconds: Double
    private let maxBytes: Int
    private let logger: Logger?

    /// One stream of a camera comes so much later than another at most.
    private static let aheadSeconds = 5.0

    /// - Parameters:
    ///   - seconds: At least this much is kept once it has been seen (then up to one GOP more).
    ///   - maxBytes: Upper bound of the compressed bytes.
    public init(seconds: Double, maxBytes: Int, logger: Logger? = nil) {
        self.seconds = seconds
        self.maxBytes = maxBytes
        self.logger = logger
    }

    public var statistics: Statistics { state.withLock { $0.statistics } }
    /// Of the packet that came last; nil before the first.
    public var parameters: StreamParameters? { state.withLock { $0.parameters } }

    /// How many readers wait for a packet now.
    var waiterCount: Int { state.withLock { $0.waiters.count } }
    /// How often a reader was woken since the start.
    var wakeUps: Int { state.withLock { $0.wakeUps } }

    // MARK: - The writer

    /// Takes a packet in. Those before the first key frame can't be decoded and are left out.
    public func append(_ packet: Packet, parameters: StreamParameters) {
        let (waiters, oversized) = state.withLock { state -> ([ObjectIdentifier: Waiter], Int?) in
            guard !state.isFinished, packet.isKeyFrame || state.last != nil else { return ([:], nil) }
            if packet.isKeyFrame { state.begin(Gop(start: packet.pts)) }
            // After a reconnect, what comes before its first key frame belongs to nothing.
            guard let gop = state.last, gop.start.epoch == packet.time.epoch else { return ([:], nil) }
            gop.items.append(RingItem(packet: packet, parameters: parameters))
            gop.bytes += packet.byteCount
            state.parameters = parameters
            state.statistics.packets += 1
            state.statistics.bytes += packet.byteCount
            state.statistics.newest = packet.time
            let oversized = state.trim(seconds: seconds, maxBytes: maxBytes)
            return (state.takeWaiters(), oversized)
        }
        for waiter in waiters.values { waiter.wake() }
        if let oversized {
            logger?.warning(
                "one group of pictures has \(oversized) bytes, more than the ring's \(maxBytes); set the camera to a shorter key-frame interval"
            )
        }
    }

    /// No packet follows; readers get what is there and then nil.
    public func finish() {
        let waiters = state.withLock { state in
            state.isFinished = true
            return state.takeWaiters()
        }
        for waiter in waiters.values { waiter.wake() }
    }

    // MARK: - Readers

    /// A reader that begins at the last key frame at or before `time` (of the same epoch), else with the oldest there
    /// is.
    public func makeCursor(from time: MediaTime) -> RingCursor {
        state.withLock { state in
            var found: Gop?
            var gop = state.first
            while let current = gop {
                if current.start.epoch == time.epoch {
                    if current.start <= time || found == nil { found = current }
                    if current.start > time { break }
                } else if current.start.epoch > time.epoch {
                    break
                }
                gop = current.next
            }
            return RingCursor(ring: self, gop: found ?? state.first)
        }
    }

    /// A reader that begins at the last key frame.
    public func makeLiveCursor() -> RingCursor {
        state.withLock { RingCursor(ring: self, gop: $0.last) }
    }

    // MARK: - Time of day

    /// Where a time of day lies on the ring's time line: counted from the packet whose own time of day is nearest, of
    /// all key frames and the newest packet. How a moment seen in one stream of a camera is found in another.
    ///
    /// A wall clock that was set in between leaves older packets with other dates; the nearest one was taken under the
    /// same setting, as long as there is one. The result lies within what is in the ring, or at most some seconds
    /// behind it.
    /// - Returns: nil while the ring is empty.
    public func time(at date: Date) -> MediaTime? {
        state.withLock { state in
            var nearest: (packet: Packet, seconds: Double)?
            func look(at packet: Packet?) {
                guard let packet else { return }
                let seconds = date.timeIntervalSince(packet.date)
                // Of two that are equally near the newer one counts.
                if abs(seconds) <= nearest.map({ abs($0.seconds) }) ?? .infinity { nearest = (packet, seconds) }
            }
            var gop = state.first
            while let current = gop {
                look(at: current.items.first?.packet)
                gop = current.next
            }
            look(at: state.last?.items.last { $0.packet.isVideo }?.packet)
            guard let (packet, seconds) = nearest else { return nil }
            let found = MediaTime(
                epoch: packet.pts.epoch, pts90k: Ticks.sum(packet.pts.pts90k, Ticks.count(ofSeconds: seconds)))
            if let oldest = state.first?.items.first?.packet.pts, oldest.epoch == found.epoch, found < oldest {
                return oldest
            }
            if let newest = state.last?.items.last?.packet.time, newest.epoch == found.epoch {
                return min(found, newest.advanced(bySeconds: Self.aheadSeconds))
            }
            return found
        }
    }

    /// The time of day of a moment of the ring's time line: counted from the key frame at or before it.
    /// - Returns: nil when nothing of its epoch is in the ring.
    public func date(at time: MediaTime) -> Date? {
        state.withLock { state in
            var found: Packet?
            var gop = state.first
            while let current = gop {
                if let key = current.items.first?.packet, key.pts.epoch == time.epoch, found == nil || key.pts <= time {
                    found = key
                }
                gop = current.next
            }
            return found.map { key in
                key.date + Double(Ticks.difference(time.pts90k, key.pts.pts90k)) / MediaTime.unitsPerSecond
            }
        }
    }

    /// The time of day of the newest key frame.
    public var lastKeyFrameDate: Date? { state.withLock { $0.last?.items.first?.packet.date } }
}

extension PacketRing.State {
    fileprivate mutating func begin(_ gop: Gop) {
        last?.next = gop
        last = gop
        if first == nil { first = gop }
        lastIsOversized = false
        statistics.gops += 1
    }

    /// Lets the oldest GOPs go.
    /// - Returns: The size of the newest GOP when it is the first that alone has outgrown `maxBytes`.
    fileprivate mutating func trim(seconds: Double, maxBytes: Int) -> Int? {
        while let oldest = first, let second = oldest.next,
            statistics.bytes > maxBytes || keptSeconds(from: second) >= seconds
        {
            first = second
            statistics.gops -= 1
            statistics.bytes -= oldest.bytes
        }
        statistics.oldest = first?.start
        statistics.seconds = first.map(keptSeconds) ?? 0
        guard let last, last.bytes > maxBytes, !lastIsOversized else { return nil }
        lastIsOversized = true
        statistics.oversizedGOPs += 1
        return statistics.oversizedGOPs == 1 ? last.bytes : nil
    }

    /// Those who wait are woken once; who finds nothing registers again.
    fileprivate mutating func takeWaiters() -> [ObjectIdentifier: Waiter] {
        guard !waiters.isEmpty else { return [:] }
        wakeUps += waiters.count
        defer { waiters = [:] }
        return waiters
    }

    /// Seconds kept from `gop` on. Within an epoch that is a difference; over several, the epochs are added up.
    private func keptSeconds(from gop: Gop) -> Double {
        if let last, let newest = last.items.last?.packet.time, newest.epoch == gop.start.epoch {
            return newest.seconds(since: gop.start) ?? 0
        }
        var total = 0.0
        var current: Gop? = gop
        while let gop = current {
            total += gop.seconds
            current = gop.next
        }
        return total
    }
}

/// A key frame and all up to the next one. Linked from old to new: whoever has one has all after it, which is how
/// cursors pin what they still need. Guarded by the ring's lock.
private final class Gop {
    var items: [RingItem] = []
    var next: Gop?
    var bytes = 0
    let start: MediaTime

    init(start: MediaTime) { self.start = start }

    /// Seconds from its key frame to its end.
    var seconds: Double {
        if let next, let whole = next.start.seconds(since: start) { return whole }
        guard let last = items.last else { return 0 }
        return max(0, last.packet.time.seconds(since: start) ?? 0)
    }

    deinit {
        // One by one, each without its successor: a long chain released at once would recurse as deep.
        var rest = next.take()
        while isKnownUniquelyReferenced(&rest) { rest = rest?.next.take() }
    }
}

// MARK: - RingCursor

/// Reads a ring in order, from where it was made. Keeps what it has not read yet from being let go; release it when
/// done.
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

        func hasNext(in ring: PacketRing.State) -> Bool {
            if isReleased { return false }
            guard let gop else { return waitsForFirst && ring.first != nil }
            return index < gop.items.count || gop.next != nil
        }
    }

    private enum Step {
        case item(RingItem)
        case end
        case wait
    }

    private let ring: PacketRing
    private let own: Mutex<State>
    private let semaphore = DispatchSemaphore(value: 0)

    fileprivate init(ring: PacketRing, gop: Gop?) {
        self.ring = ring
        own = Mutex(State(gop: gop, waitsForFirst: gop == nil))
    }

    // MARK: - Reading

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
            let waiter = TaskWaiter()
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    waiter.set(continuation)
                    if !register(.task(waiter)) { waiter.wake() }
                }
            } onCancel: {
                waiter.wake()
            }
            _ = unregister()
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
            guard register(.thread(semaphore)) else { continue }
            guard semaphore.wait(timeout: until) == .timedOut else { continue }
            if unregister() { return nil }
            // Woken in this very moment: the signal is on its way, and must not be left for the next time.
            semaphore.wait()
        }
    }

    /// The next packet if it is there already.
    public func nextIfPresent() -> RingItem? {
        if case .item(let item) = step() { return item }
        return nil
    }

    /// Nothing will ever follow.
    public var isAtEnd: Bool {
        ring.state.withLock { ring in
            own.withLock { own in own.isReleased || ring.isFinished && !own.hasNext(in: ring) }
        }
    }

    /// Lets go of all that it pins and ends it; a waiting reader returns.
    public func release() {
        let waiter = ring.state.withLock { ring in
            own.withLock { own in
                own.isReleased = true
                own.gop = nil
            }
            return ring.waiters.removeValue(forKey: ObjectIdentifier(self))
        }
        waiter?.wake()
    }

    // MARK: - What it pins

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

    // MARK: - Waiting

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

    /// Has `waiter` woken at the next change, in the place of the one before.
    /// - Returns: false, and nothing is woken, when there is something to take or the end already.
    private func register(_ waiter: Waiter) -> Bool {
        ring.state.withLock { ring in
            let mustWait = own.withLock { !$0.isReleased && !ring.isFinished && !$0.hasNext(in: ring) }
            if mustWait { ring.waiters[ObjectIdentifier(self)] = waiter }
            return mustWait
        }
    }

    /// Waits no longer.
    /// - Returns: false when it has been woken already.
    private func unregister() -> Bool {
        ring.state.withLock { $0.waiters.removeValue(forKey: ObjectIdentifier(self)) != nil }
    }
}

/// How a cursor that waits is woken.
private enum Waiter: Sendable {
    case thread(DispatchSemaphore)
    case task(TaskWaiter)

    func wake() {
        switch self {
        case .thread(let semaphore): semaphore.signal()
        case .task(let waiter): waiter.wake()
        }
    }
}

/// Wakes one continuation, once, whichever comes first: the news or the cancellation.
private final class TaskWaiter: Sendable {
    private enum State {
        case idle
        case waiting(CheckedContinuation<Void, Never>)
        case woken
    }

    private let state = Mutex(State.idle)

    func set(_ continuation: CheckedContinuation<Void, Never>) {
        let isWoken = state.withLock { state in
            if case .woken = state { return true }
            state = .waiting(continuation)
            return false
        }
        if isWoken { continuation.resume() }
    }

    func wake() {
        let before = state.withLock { state in
            defer { state = .woken }
            return state
        }
        if case .waiting(let continuation) = before { continuation.resume() }
    }
}
