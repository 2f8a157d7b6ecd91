import Domain
import Foundation
import Logging
import Synchronization

/// The newest frames of a camera, decoded from its ring on a thread of its own.
///
/// Begins at the last key frame in the ring, so that a late start loses nothing. Whoever is slow gets the newest frame;
/// a decoder that falls behind goes on at the newest key frame. What is left out is counted, and so is what is damaged.
public final class LiveFrameFeed: FrameFeed {
    private struct Facts {
        var info: StreamInfo?
        var damagedFrames = 0
    }

    /// Shared with the thread, which must not keep the feed itself.
    private final class SharedFacts: Sendable {
        let state = Mutex(Facts())
    }

    private let queue: FrameQueue
    private let ring: PacketRing
    private let facts: SharedFacts

    /// - Parameters:
    ///   - maxLagSeconds: How far decoding may fall behind the newest packet before it skips to a key frame.
    ///   - logger: Gets a warning of damaged frames, now and then and with their number.
    public convenience init(
        ring: PacketRing, maxLagSeconds: Double = 3, threads: Int = 1, clock: any WallClock = SystemClock(),
        logger: Logger? = nil
    ) {
        self.init(
            ring: ring, maxLagSeconds: maxLagSeconds, threads: threads, clock: clock, logger: logger, pollSeconds: 0.5)
    }

    /// - Parameter pollSeconds: How often it looks whether it was stopped, while nothing comes.
    init(
        ring: PacketRing, maxLagSeconds: Double, threads: Int, clock: any WallClock, logger: Logger?,
        pollSeconds: Double
    ) {
        let queue = FrameQueue(capacity: 1, whenFull: .dropOldest), facts = SharedFacts()
        self.ring = ring
        self.queue = queue
        self.facts = facts
        WorkerThread.start("decode camera") {
            Decoding(
                ring: ring, queue: queue, facts: facts, maxLagSeconds: maxLagSeconds, pollSeconds: pollSeconds,
                threads: threads, report: DamageReport(clock: clock, logger: logger)
            ).run()
        }
    }

    deinit { stop() }

    public var info: StreamInfo {
        facts.state.withLock { $0.info } ?? ring.parameters?.info
            ?? StreamInfo(codecName: "", frameSize: FrameSize(width: 0, height: 0), framesPerSecond: 0)
    }

    public var skippedFrames: Int { queue.skipped }
    public var damagedFrames: Int { facts.state.withLock { $0.damagedFrames } }

    public func next() async throws -> VideoFrame? { try await queue.next() }

    public func stop() { queue.stop() }

    /// What the thread does.
    private final class Decoding {
        private struct Stopped: Error {}

        private let ring: PacketRing
        private let queue: FrameQueue
        private let facts: SharedFacts
        private let maxLagSeconds: Double
        private let pollSeconds: Double
        private let decoder: StreamDecoder
        private var cursor: RingCursor
        private var report: DamageReport

        init(
            ring: PacketRing, queue: FrameQueue, facts: SharedFacts, maxLagSeconds: Double, pollSeconds: Double,
            threads: Int, report: DamageReport
        ) {
            self.ring = ring
            self.queue = queue
            self.facts = facts
            self.maxLagSeconds = maxLagSeconds
            self.pollSeconds = pollSeconds
            self.report = report
            decoder = StreamDecoder(threads: threads)
            cursor = ring.makeLiveCursor()
        }

        func run() {
            defer { cursor.release() }
            do {
                while !queue.isStopped {
                    guard let item = cursor.nextBlocking(timeoutSeconds: pollSeconds) else {
                        if cursor.isAtEnd { break }
                        continue
                    }
                    guard item.packet.isVideo, !skip(behind: item.packet) else { continue }
                    if decoder.isNew(item.parameters) { facts.state.withLock { $0.info = item.parameters.info } }
                    try decoder.decode(item, hand)
                    note(decoder.damagedFrames)
                }
                try decoder.flush(hand)
                queue.finish(.success(()))
            } catch is Stopped {
                return
            } catch {
                queue.finish(.failure(error))
            }
        }

        private func hand(_ frame: VideoFrame) throws {
            guard queue.push(frame) else { throw Stopped() }
        }

        private func note(_ damagedFrames: Int) {
            facts.state.withLock { $0.damagedFrames = damagedFrames }
            report.note(damagedFrames)
        }

        /// Goes on at the newest key frame when `packet` is too old. What lies between is never decoded.
        /// - Returns: Whether it did.
        private func skip(behind packet: Packet) -> Bool {
            guard isLate(packet) else { return false }
            let newer = ring.makeLiveCursor()
            defer { newer.release() }
            guard let start = newer.nextIfPresent(), start.packet.time > packet.time else { return false }
            var skipped = 1
            while let passed = cursor.nextIfPresent(), passed.packet.time < start.packet.time {
                skipped += passed.packet.isVideo ? 1 : 0
            }
            queue.addSkipped(skipped)
            cursor.release()
            cursor = ring.makeLiveCursor()
            decoder.reset()
            return true
        }

        private func isLate(_ packet: Packet) -> Bool {
            guard let newest = ring.statistics.newest else { return false }
            guard let lag = newest.seconds(since: packet.time) else { return newest.epoch > packet.time.epoch + 1 }
            return lag > maxLagSeconds
        }
    }
}

/// Says in the log that frames are damaged: at once, and then at most once a minute, with their number.
struct DamageReport {
    static let everySeconds = 60.0

    private let clock: any WallClock
    private let logger: Logger?
    private var reported = 0
    private var reportedAt: Double?

    init(clock: any WallClock, logger: Logger?) {
        self.clock = clock
        self.logger = logger
    }

    /// - Parameter damagedFrames: Since the start.
    mutating func note(_ damagedFrames: Int) {
        guard damagedFrames > reported, let logger else { return }
        let now = clock.monotonicSeconds()
        if let reportedAt, now - reportedAt < Self.everySeconds { return }
        logger.warning(
            "damaged frames, which are not judged: \(damagedFrames - reported) new, \(damagedFrames) in all; check the network and the cable, or lower the camera's bit rate"
        )
        reported = damagedFrames
        reportedAt = now
    }
}
