import Domain
import Foundation
import Logging
import Synchronization

/// The newest frames of a camera, decoded from its ring on a thread of its own.
///
/// Begins at the last key frame in the ring, so that a late start loses nothing. Whoever is slow gets the newest frame;
/// a decoder that falls behind goes on at the newest key frame. What is left out is counted, and so is what is damaged.
///
/// It may leave out on purpose what a still scene sends, see ``AnalysisPace``; that is not counted.
public final class LiveFrameFeed: FrameFeed {
    private struct Facts {
        var info: StreamInfo?
        var damagedFrames = 0
        var pace: AnalysisPace
        var method: DecodingMethod?
    }

    /// Shared with the thread, which must not keep the feed itself.
    private final class SharedFacts: Sendable {
        let state: Mutex<Facts>

        init(_ pace: AnalysisPace) { state = Mutex(Facts(pace: pace)) }
    }

    private let queue: FrameQueue
    private let ring: PacketRing
    private let facts: SharedFacts
    private let verdicts: SceneVerdicts

    /// - Parameters:
    ///   - maxLagSeconds: How far decoding may fall behind the newest packet before it skips to a key frame.
    ///   - devices: What may decode beside the processor, the best first; what they can't is decoded in software.
    ///   - logger: Gets a warning of damaged frames, now and then and with their number, and how the stream is decoded.
    ///   - isContinuous: Decodes all frames, also while nothing happens.
    ///   - isWatched: Asked before each packet whether somebody looks at the camera, or it follows something: then all frames
    ///     are decoded.
    public convenience init(
        ring: PacketRing, maxLagSeconds: Double = 3, threads: Int = 1, devices: [DecodingDevice] = [],
        clock: any WallClock = SystemClock(), logger: Logger? = nil,
        isContinuous: Bool = true, isWatched: @escaping @Sendable () -> Bool = { false }
    ) {
        self.init(
            ring: ring, maxLagSeconds: maxLagSeconds, threads: threads, devices: devices, clock: clock, logger: logger,
            pollSeconds: 0.5, isContinuous: isContinuous, isWatched: isWatched)
    }

    /// - Parameter pollSeconds: How often it looks whether it was stopped, while nothing comes.
    init(
        ring: PacketRing, maxLagSeconds: Double, threads: Int, devices: [DecodingDevice] = [], clock: any WallClock,
        logger: Logger?, pollSeconds: Double, isContinuous: Bool = true, policy: StillnessPolicy = StillnessPolicy(),
        isWatched: @escaping @Sendable () -> Bool = { false }
    ) {
        let queue = FrameQueue(capacity: 1, whenFull: .dropOldest), verdicts = SceneVerdicts()
        let facts = SharedFacts(.full(isContinuous ? .configured : .learning))
        self.ring = ring
        self.queue = queue
        self.facts = facts
        self.verdicts = verdicts
        WorkerThread.start("decode camera") {
            Decoding(
                ring: ring, queue: queue, facts: facts, verdicts: verdicts, maxLagSeconds: maxLagSeconds,
                pollSeconds: pollSeconds,
                decoder: PacedDecoder(threads: threads, devices: devices, policy: policy, isContinuous: isContinuous),
                isWatched: isWatched, report: DamageReport(clock: clock, logger: logger), logger: logger
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

    public var pace: AnalysisPace { facts.state.withLock { $0.pace } }

    /// How the stream is decoded; nil before the first packet.
    public var method: DecodingMethod? { facts.state.withLock { $0.method } }

    public func next() async throws -> VideoFrame? { try await queue.next() }

    public func stop() { queue.stop() }

    public func note(_ verdict: SceneVerdict, of frame: VideoFrame) { verdicts.note(verdict, of: frame) }

    /// What the thread does.
    private final class Decoding {
        private struct Stopped: Error {}

        /// Without word of a look for so long, in seconds, all is decoded.
        private static let verdictSeconds = 5.0
        /// From here on a decoder that catches up has caught up, in seconds.
        private static let caughtUpSeconds = 0.3

        private let ring: PacketRing
        private let queue: FrameQueue
        private let facts: SharedFacts
        private let verdicts: SceneVerdicts
        private let maxLagSeconds: Double
        private let pollSeconds: Double
        private let decoder: PacedDecoder
        private let isWatched: @Sendable () -> Bool
        private var cursor: RingCursor
        private var report: DamageReport
        private let logger: Logger?
        /// What was held back is being decoded, or came while it was.
        private var isCatchingUp = false

        init(
            ring: PacketRing, queue: FrameQueue, facts: SharedFacts, verdicts: SceneVerdicts, maxLagSeconds: Double,
            pollSeconds: Double, decoder: PacedDecoder, isWatched: @escaping @Sendable () -> Bool,
            report: DamageReport, logger: Logger?
        ) {
            self.ring = ring
            self.queue = queue
            self.facts = facts
            self.verdicts = verdicts
            self.maxLagSeconds = maxLagSeconds
            self.pollSeconds = pollSeconds
            self.decoder = decoder
            self.isWatched = isWatched
            self.report = report
            self.logger = logger
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
                    if let verdict = verdicts.take() { decoder.note(verdict) }
                    if isCatchingUp, !isLate(item.packet, by: Self.caughtUpSeconds) { isCatchingUp = false }
                    try decoder.decode(item, isWatched: isWatched(), hand, look: look)
                    note()
                }
                try decoder.flush(hand)
                queue.finish(.success(()))
            } catch is Stopped {
                return
            } catch {
                queue.finish(.failure(error))
            }
        }

        private func hand(_ frame: VideoFrame, isLate: Bool) throws {
            isCatchingUp = isCatchingUp || isLate
            // What happened is seen whole, even when it is seen late.
            guard queue.push(frame, dropsNone: isCatchingUp) else { throw Stopped() }
        }

        private func look(_ frame: VideoFrame) throws -> SceneVerdict {
            guard queue.push(frame, dropsNone: true) else { throw Stopped() }
            return verdicts.wait(for: frame, seconds: Self.verdictSeconds) { queue.isStopped }
        }

        private func note() {
            let damagedFrames = decoder.damagedFrames, pace = decoder.pace, method = decoder.method
            let isOther = facts.state.withLock { facts in
                defer { facts.method = method }
                facts.damagedFrames = damagedFrames
                facts.pace = pace
                return facts.method != method
            }
            if isOther, let method { logger?.info("decoded by: \(method)") }
            report.note(damagedFrames)
        }

        /// Goes on at the newest key frame when `packet` is too old. What lies between is never decoded.
        /// - Returns: Whether it did.
        private func skip(behind packet: Packet) -> Bool {
            guard isLate(packet, by: maxLagSeconds) else { return false }
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

        private func isLate(_ packet: Packet, by seconds: Double) -> Bool {
            guard let newest = ring.statistics.newest else { return false }
            guard let lag = newest.seconds(since: packet.time) else { return newest.epoch > packet.time.epoch + 1 }
            return lag > seconds
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
