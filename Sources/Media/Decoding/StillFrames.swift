import Domain
import Foundation

/// Single frames out of files and rings. All of it decodes and blocks: not for the tasks' pool.
public enum StillFrames {
    /// A browser's clock rounds: half a frame of tolerance, in 1/90,000 s.
    static let tolerance: Int64 = 1500

    // MARK: - What was shown

    /// The frame shown at `seconds` of a video.
    /// - Returns: nil when it is shorter.
    /// - Throws: `MediaError`.
    public static func shown(in url: URL, at seconds: Double) throws -> VideoFrame? {
        let limit = Ticks.sum(Ticks.count(ofSeconds: seconds), tolerance)
        var best: VideoFrame?
        var hasNext = false
        try StreamDecoder.run(try packets(of: url)) { frame in
            hasNext = frame.time.pts90k > limit
            if !hasNext { best = frame }
            return hasNext
        }
        // The last frame stays for a moment; more than a second later there is none.
        if !hasNext, let best, limit - best.time.pts90k > Ticks.perSecond + tolerance { return nil }
        return best
    }

    /// The newest frame of a ring, or the one shown at a moment.
    /// - Parameter time: nil is the newest.
    /// - Returns: nil when that moment is not in the ring (any more).
    /// - Throws: `MediaError`.
    public static func shown(in ring: PacketRing, at time: MediaTime?) throws -> VideoFrame? {
        let cursor = time.map { ring.makeCursor(from: $0) } ?? ring.makeLiveCursor()
        defer { cursor.release() }
        var best: VideoFrame?
        guard let time else {
            try StreamDecoder.run({ cursor.nextIfPresent() }) { frame in
                best = frame
                return false
            }
            return best
        }
        let limit = Ticks.sum(time.pts90k, tolerance)
        var isFirst = true
        try StreamDecoder.run({
            while let item = cursor.nextIfPresent() {
                guard item.packet.isVideo, item.packet.time.epoch >= time.epoch else { continue }
                // Packets come in the order of decoding: what is shown by then has been decoded.
                guard item.packet.time.epoch == time.epoch, item.packet.time.pts90k <= limit + Ticks.perSecond else {
                    return nil
                }
                // The ring begins after the moment: it is gone.
                if isFirst, item.packet.pts.pts90k > limit { return nil }
                isFirst = false
                return item
            }
            return nil
        }) { frame in
            if frame.time.pts90k > limit { return true }
            best = frame
            return false
        }
        return best
    }

    // MARK: - What is nearest

    /// The last frame of a ring at or before `time`, or the first after it where there is none.
    /// - Throws: `MediaError`.
    public static func nearest(in ring: PacketRing, to time: MediaTime) throws -> VideoFrame? {
        let cursor = ring.makeCursor(from: time)
        defer { cursor.release() }
        return try nearest({ cursor.nextIfPresent() }, to: { $0.time < time ? -1 : $0.time == time ? 0 : 1 })
    }

    /// The last frame of a video at or before `seconds`, or the first after it where there is none.
    /// - Throws: `MediaError`.
    public static func nearest(in url: URL, to seconds: Double) throws -> VideoFrame? {
        try nearest(try packets(of: url), to: { $0.time.seconds < seconds ? -1 : $0.time.seconds == seconds ? 0 : 1 })
    }

    /// - Parameter side: Below 0 before the moment, 0 at it, above 0 after it.
    private static func nearest(
        _ next: () throws -> RingItem?, to side: (VideoFrame) -> Int
    ) throws -> VideoFrame? {
        var chosen: VideoFrame?
        try StreamDecoder.run(next) { frame in
            let side = side(frame)
            if chosen == nil || side <= 0 { chosen = frame }
            return side >= 0
        }
        return chosen
    }

    // MARK: - A series

    /// Lends the frames of a ring in order, from the key frame at or before `time` on, until `body` returns false or
    /// the ring has no more.
    /// - Throws: `MediaError`, and what `body` throws.
    public static func each(
        in ring: PacketRing, from time: MediaTime, _ body: (VideoFrame) throws -> Bool
    ) throws {
        let cursor = ring.makeCursor(from: time)
        defer { cursor.release() }
        try StreamDecoder.run({ cursor.nextIfPresent() }) { try !body($0) }
    }

    /// The packets of a file, one at each call.
    private static func packets(of url: URL) throws -> () throws -> RingItem? {
        let demuxer = try Demuxer(SourceOptions(url: url.path(percentEncoded: false)))
        return {
            try demuxer.read().map { RingItem(packet: $0, parameters: demuxer.streamParameters) }
        }
    }
}
