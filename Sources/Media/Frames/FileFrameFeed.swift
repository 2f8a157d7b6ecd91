import Domain
import Foundation

/// The frames of a file, decoded on a thread of its own.
public final class FileFrameFeed: FrameFeed {
    public let info: StreamInfo
    private let queue: FrameQueue
    private let cancellation = Cancellation()

    public var skippedFrames: Int { queue.skipped }

    /// Opens the file (blocking: it is a file) and begins to decode.
    /// - Parameters:
    ///   - clock: Dates the frames: the first one was taken at the moment of opening.
    ///   - ring: Gets the packets as they are read, and is finished at the end; for recording what a file shows.
    /// - Throws: `MediaError`.
    public init(
        _ options: SourceOptions, pace: Pace = .fast, clock: any WallClock = SystemClock(), ring: PacketRing? = nil,
        threads: Int = 1
    ) throws {
        queue = FrameQueue(capacity: pace == .fast ? 4 : 1, whenFull: pace == .fast ? .wait : .dropOldest)
        let start = DecodingStart(try Demuxer(options, clock: clock, cancellation: cancellation))
        info = start.demuxer.info
        let queue = queue
        WorkerThread.start("decode file") {
            let end = Result { try Self.run(start.demuxer, queue, pace, clock, ring, threads) }
            ring?.finish()
            queue.finish(end)
        }
    }

    public convenience init(path: String, pace: Pace = .fast, clock: any WallClock = SystemClock()) throws {
        try self.init(SourceOptions(url: path), pace: pace, clock: clock)
    }

    deinit { stop() }

    public func next() async throws -> VideoFrame? { try await queue.next() }

    public func stop() {
        cancellation.cancel()
        queue.stop()
    }

    /// Hands the demuxer over to its thread; nobody else touches it after.
    private struct DecodingStart: @unchecked Sendable {
        let demuxer: Demuxer
        init(_ demuxer: Demuxer) { self.demuxer = demuxer }
    }

    private static func run(
        _ demuxer: Demuxer, _ queue: FrameQueue, _ pace: Pace, _ clock: any WallClock, _ ring: PacketRing?,
        _ threads: Int
    ) throws {
        struct Stopped: Error {}
        let started = clock.monotonicSeconds()
        func hand(_ frame: VideoFrame) throws {
            if pace == .realTime {
                let wait = started + frame.time.seconds - clock.monotonicSeconds()
                guard wait <= 0 || queue.pause(seconds: wait, clock: clock) else { throw Stopped() }
            }
            guard queue.push(frame) else { throw Stopped() }
        }
        do {
            var decoder = try VideoDecoder(demuxer.streamParameters, threads: threads)
            while let packet = try demuxer.read() {
                ring?.append(packet, parameters: demuxer.streamParameters)
                if decoder.parameters !== demuxer.streamParameters {
                    try decoder.flush(hand)
                    decoder = try VideoDecoder(demuxer.streamParameters, threads: threads)
                }
                try decoder.decode(packet, hand)
            }
            try decoder.flush(hand)
        } catch is Stopped {
        } catch MediaError.cancelled {
        }
    }
}
