import Domain
import Foundation
import Logging
import Synchronization

/// The last seconds of a camera's packets, in whole GOPs. One writer, any number of readers.
///
/// Bounded in seconds and bytes; the newest GOP always stays whole, even when it alone is larger than allowed (said once in
/// the log). Cursors keep what they have not read yet, beyond those bounds.
public final class PacketRing: Sendable {
    public struct Statistics: Hashable, Sendable {
        public var gops = 0
        public var bytes = 0
        /// Length of what is held.
        public var seconds = 0.0
        public var oldest: MediaTime?
        public var newest: MediaTime?
        /// Packets taken in since the start.
        public var packets = 0
        /// GOPs that alone were larger than the bound.
        public var oversizedGOPs = 0
    }

    // Unchecked: GOPs are only touched under the lock.
    struct State: @unchecked Sendable {
        var first: Gop?
        var last: Gop?
        var statistics = Statistics()
        var parameters: StreamParameters?
        var lastIsOversized = false
        var isFinished = false
        var nextWaiter = 0
        var waiters: [Int: @Sendable () -> Void] = [:]
    }

    let state = Mutex(State())
    private let seconds: Double
    private let maxBytes: Int
    private let logger: Logger?

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

    /// Takes a packet in. Those before the first key frame can't be decoded and are left out.
    public func append(_ packet: Packet, parameters: StreamParameters) {
        let (waiters, oversized) = state.withLock { state -> ([@Sendable () -> Void], Int?) in
            guard !state.isFinished, packet.isKeyFrame || state.last != nil else { return ([], nil) }
            if packet.isKeyFrame { state.begin(Gop(start: packet.pts)) }
            // After a reconnect, what comes before its first key frame belongs to nothing.
            guard let gop = state.last, gop.start.epoch == packet.time.epoch else { return ([], nil) }
            gop.items.append(RingItem(packet: packet, parameters: parameters))
            gop.bytes += packet.byteCount
            state.parameters = parameters
            state.statistics.packets += 1
            state.statistics.bytes += packet.byteCount
            state.statistics.newest = packet.time
            let oversized = state.trim(seconds: seconds, maxBytes: maxBytes)
            defer { state.waiters = [:] }
            return (Array(state.waiters.values), oversized)
        }
        for waiter in waiters { waiter() }
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
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter() }
    }

    /// A reader that begins at the last key frame at or before `time` (of the same epoch), else with the oldest there is.
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
        while let oldest = first, let second = oldest.next, statistics.bytes > maxBytes || held(from: second) >= seconds
        {
            first = second
            statistics.gops -= 1
            statistics.bytes -= oldest.bytes
        }
        statistics.oldest = first?.start
        statistics.seconds = first.map(held) ?? 0
        guard let last, last.bytes > maxBytes, !lastIsOversized else { return nil }
        lastIsOversized = true
        statistics.oversizedGOPs += 1
        return statistics.oversizedGOPs == 1 ? last.bytes : nil
    }

    /// Seconds held from `gop` on. Within an epoch that is a difference; over several, the epochs are added up.
    private func held(from gop: Gop) -> Double {
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
