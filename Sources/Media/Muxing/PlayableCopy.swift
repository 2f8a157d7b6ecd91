internal import CFFmpeg
import Domain
public import Foundation

/// Makes H.264 of a clip, for players that can't play what the camera sends (H.265 mostly). All of it blocks for long: not
/// for the tasks' pool.
///
/// What matters comes first: ``encode(_:from:until:to:onProgress:)`` makes the part from the incident on, which can be played
/// while it grows; then the part before it; ``join(_:to:)`` puts both into one file. Copies have no sound.
public enum PlayableCopy {
    /// What was made of a clip's part.
    public struct Part: Hashable, Sendable {
        public var file: URL
        /// As MIME types name it, for instance `avc1.64001F`; empty until the first frame.
        public var codec = ""
        /// Time of the first frame in the clip, in 1/90,000 s.
        public var startTicks: Int64 = 0
        /// Time of the last frame so far in the clip, in seconds.
        public var reachedSeconds = 0.0

        public var startSeconds: Double { Double(startTicks) / MediaTime.unitsPerSecond }
    }

    /// Larger frames are scaled down to fit, whichever way they stand.
    static let maxSides = (long: 1280, short: 720)
    static let maxBitsPerSecond = 4_000_000

    private struct Reached: Error {}

    /// Encodes the frames from `from` on up to `until`, both in the clip's own seconds.
    /// - Parameters:
    ///   - target: Does not exist yet; whole fragments are in it as they come.
    ///   - onProgress: Called after each frame; what it throws ends the work.
    /// - Returns: Nil when there is no frame in that time.
    /// - Throws: `MediaError`, `FileFailure`, and what `onProgress` throws.
    public static func encode(
        _ source: URL, from: Double, until: Double = .infinity, to target: URL,
        onProgress: (Part) throws -> Void = { _ in }
    ) throws -> Part? {
        let first = Ticks.count(ofSeconds: from), end = Ticks.count(ofSeconds: until)
        let demuxer = try Demuxer(SourceOptions(url: source.path(percentEncoded: false)))
        let decoder = StreamDecoder()
        var writer: Writer?
        func take(_ frame: VideoFrame) throws {
            guard frame.time.pts90k >= first else { return }
            guard frame.time.pts90k < end else { throw Reached() }
            let open = try writer ?? Writer(target, first: frame, info: demuxer.info)
            writer = open
            try open.write(frame)
            try onProgress(open.part)
        }
        // Frames before the last key frame need not be decoded.
        var waiting: [RingItem] = []
        var isWaiting = true
        do {
            while let packet = try demuxer.read() {
                let item = RingItem(packet: packet, parameters: demuxer.streamParameters)
                guard isWaiting, packet.isVideo else {
                    try decoder.decode(item, take)
                    continue
                }
                if packet.isKeyFrame, packet.pts.pts90k <= first { waiting.removeAll() }
                waiting.append(item)
                guard packet.pts.pts90k >= first else { continue }
                isWaiting = false
                for item in waiting { try decoder.decode(item, take) }
                waiting = []
            }
            for item in waiting { try decoder.decode(item, take) }
            try decoder.flush(take)
        } catch is Reached {}
        return try writer?.finish()
    }

    /// Puts parts that follow each other into one file, with the clip's own times.
    /// - Throws: `MediaError`, `FileFailure`.
    public static func join(_ parts: [Part], to target: URL) throws {
        guard let lead = parts.first?.startTicks else { throw MediaError.encodingFailed(reason: "nothing to join") }
        var muxer: ClipMuxer?
        for part in parts {
            let demuxer = try Demuxer(SourceOptions(url: part.file.path(percentEncoded: false)))
            if let muxer, !muxer.parameters.extradata.elementsEqual(demuxer.streamParameters.extradata) {
                throw MediaError.encodingFailed(reason: "the parts are of different kinds")
            }
            let open =
                try muxer ?? ClipMuxer(path: target, parameters: demuxer.streamParameters, isBehind: true)
            muxer = open
            while let packet = try demuxer.read() {
                // A file begins at 0; where the clip's first frame is shown later, it stays so.
                guard let moved = packet.moved(by: part.startTicks, decodedEarlierBy: lead) else {
                    throw MediaError.encodingFailed(reason: "out of memory")
                }
                try open.write(moved)
            }
        }
        try muxer?.finish()
    }

    /// The size of a copy's frames.
    static func size(for size: FrameSize) -> FrameSize {
        let long = max(size.width, size.height, 1), short = max(1, min(size.width, size.height))
        let scale = min(1, Double(maxSides.long) / Double(long), Double(maxSides.short) / Double(short))
        func even(_ side: Int) -> Int { max(2, Int((Double(side) * scale / 2).rounded(.down)) * 2) }
        return FrameSize(width: even(size.width), height: even(size.height))
    }

    private final class Writer {
        private(set) var part: Part
        private let encoder: FrameEncoder
        private let muxer: ClipMuxer
        private let size: FrameSize
        private let converter = FrameConverter()

        init(_ target: URL, first frame: VideoFrame, info: StreamInfo) throws {
            size = PlayableCopy.size(for: frame.size)
            let rate = min(max(1, info.framesPerSecond), 120)
            var info = info
            (info.frameSize, info.storedSize, info.hasAudio) = (size, size, false)
            // At once, so that decoding times are those of showing: parts can be joined.
            encoder = try FrameEncoder(
                H264Encoder.Settings(
                    size: size, framesPerSecond: rate, isFullRange: frame.isFullRange, preset: "superfast",
                    rateFactor: 24, keyFrameSeconds: 2, isImmediate: true,
                    maxBitsPerSecond: PlayableCopy.maxBitsPerSecond), info: info)
            muxer = try ClipMuxer(path: target, parameters: encoder.parameters, isBehind: true)
            part = Part(
                file: target, codec: encoder.parameters.mimeCodec ?? "", startTicks: frame.time.pts90k,
                reachedSeconds: frame.time.seconds)
        }

        func write(_ frame: VideoFrame) throws {
            var fitting = frame
            if frame.size != size {
                fitting = VideoFrame(
                    adopting: try converter.planar420(frame.frame, size: size), time: frame.time, date: frame.date)
            }
            try encoder.encode(fitting, muxer.write)
            part.reachedSeconds = frame.time.seconds
        }

        func finish() throws -> Part {
            try encoder.finish(muxer.write)
            try muxer.finish()
            return part
        }
    }
}
