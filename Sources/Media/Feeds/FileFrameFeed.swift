import Domain
import Foundation
import Synchronization

/// The frames of a file, decoded on a thread of its own.
///
/// A file that breaks off gives what it has, and then says so in ``fileBreak``; one that gives not a single frame
/// fails.
public final class FileFrameFeed: FrameFeed {
    private struct Facts {
        var info: StreamInfo
        var damagedFrames = 0
        var fileBreak: FileBreak?
        var pace = AnalysisPace.full(.configured)
    }

    private struct Stopped: Error {}

    private let queue: FrameQueue
    private let cancellation = Cancellation()
    private let facts: SharedFacts
    private let verdicts = SceneVerdicts()

    public var info: StreamInfo { facts.state.withLock { $0.info } }
    public var skippedFrames: Int { queue.skipped }
    public var damagedFrames: Int { facts.state.withLock { $0.damagedFrames } }
    /// Known at the end: where the file breaks off; nil for one that is whole.
    public var fileBreak: FileBreak? { facts.state.withLock { $0.fileBreak } }

    /// Shared with the thread, which must not keep the feed itself.
    private final class SharedFacts: Sendable {
        let state: Mutex<Facts>

        init(_ info: StreamInfo) { state = Mutex(Facts(info: info)) }
    }

    /// Opens the file (blocking: it is a file) and begins to decode.
    /// - Parameters:
    ///   - clock: Dates the frames: the first one was taken at the moment of opening.
    ///   - ring: Gets the packets as they are read, and is finished at the end; for recording what a file shows.
    ///   - isContinuous: Decodes all frames, also while nothing happens.
    /// - Throws: `MediaError`.
    public init(
        _ options: SourceOptions, pace: Pace = .fast, clock: any WallClock = SystemClock(), ring: PacketRing? = nil,
        threads: Int = 1, isContinuous: Bool = true
    ) throws {
        let queue = FrameQueue(capacity: pace == .fast ? 4 : 1, whenFull: pace == .fast ? .wait : .dropOldest)
        let demuxer = try Demuxer(options, clock: clock, cancellation: cancellation)
        let facts = SharedFacts(demuxer.info)
        self.queue = queue
        self.facts = facts
        let reading = Reading(
            demuxer: demuxer, source: options.redactedURL, queue: queue, facts: facts, verdicts: verdicts, pace: pace,
            clock: clock, ring: ring, threads: threads, isContinuous: isContinuous)
        WorkerThread.start("decode file") {
            let end = Result { try reading.run() }
            ring?.finish()
            queue.finish(end)
        }
    }

    public convenience init(path: String, pace: Pace = .fast, clock: any WallClock = SystemClock()) throws {
        try self.init(SourceOptions(url: path), pace: pace, clock: clock)
    }

    deinit { stop() }

    public func next() async throws -> VideoFrame? { try await queue.next() }

    public var pace: AnalysisPace { facts.state.withLock { $0.pace } }

    public func note(_ verdict: SceneVerdict, of frame: VideoFrame) { verdicts.note(verdict, of: frame) }

    public func stop() {
        cancellation.cancel()
        queue.stop()
    }

    /// What the thread works with.
    private struct Reading: @unchecked Sendable {
        // Sendable unchecked: handed over to the thread; nobody else touches the demuxer after.
        let demuxer: Demuxer
        let source: String
        let queue: FrameQueue
        let facts: SharedFacts
        let verdicts: SceneVerdicts
        let pace: Pace
        let clock: any WallClock
        let ring: PacketRing?
        let threads: Int
        let isContinuous: Bool

        func run() throws {
            let started = clock.monotonicSeconds()
            let decoder = PacedDecoder(threads: threads, isContinuous: isContinuous)
            var hasFrames = false
            func hand(_ frame: VideoFrame, isLate: Bool) throws {
                hasFrames = true
                if pace == .realTime {
                    let wait = started + frame.time.seconds - clock.monotonicSeconds()
                    guard wait <= 0 || queue.pause(seconds: wait, clock: clock) else { throw Stopped() }
                }
                guard queue.push(frame, dropsNone: isLate) else { throw Stopped() }
            }
            func look(_ frame: VideoFrame) throws -> SceneVerdict {
                try hand(frame, isLate: true)
                return verdicts.wait(for: frame, seconds: 60) { queue.isStopped }
            }
            do {
                while let packet = try demuxer.read() {
                    let item = RingItem(packet: packet, parameters: demuxer.streamParameters)
                    ring?.append(item.packet, parameters: item.parameters)
                    if decoder.isNew(item.parameters) {
                        let info = demuxer.info
                        facts.state.withLock { $0.info = info }
                    }
                    if let verdict = verdicts.take() { decoder.note(verdict) }
                    try decoder.decode(item, isWatched: false, hand, look: look)
                    let damaged = decoder.damagedFrames, paceNow = decoder.pace
                    facts.state.withLock { facts in
                        facts.damagedFrames = damaged
                        facts.pace = paceNow
                    }
                }
                try decoder.flush(hand)
            } catch is Stopped {
                return
            } catch MediaError.cancelled {
                return
            }
            let damaged = decoder.damagedFrames, fileBreak = demuxer.fileBreak
            facts.state.withLock {
                $0.damagedFrames = damaged
                $0.fileBreak = fileBreak
            }
            guard hasFrames else { throw MediaError.noFrames(source: source, breaksOff: fileBreak != nil) }
        }
    }
}
