import Domain
import Foundation

/// Decodes single pictures out of a ring: the newest, or that of a past moment.
public enum RingPictures {
    /// A picture and, when it is not the newest that was asked for, the one shown at that time.
    /// - Parameter time: nil is the newest.
    /// - Returns: nil when the ring does not hold that moment (any more).
    /// - Throws: `MediaError`. Blocks: not for the tasks' pool.
    public static func frame(in ring: PacketRing, at time: MediaTime?) throws -> VideoFrame? {
        let cursor = time.map { ring.makeCursor(from: $0) } ?? ring.makeLiveCursor()
        defer { cursor.release() }
        var decoder: VideoDecoder?
        var best: VideoFrame?
        var isDone = false
        // Half a frame of tolerance: a browser's clock rounds.
        let tolerance: Int64 = 1500
        while !isDone, let item = cursor.nextIfPresent() {
            guard item.packet.isVideo else { continue }
            if let time, item.packet.time.epoch != time.epoch {
                if item.packet.time.epoch > time.epoch { break }
                continue
            }
            if decoder == nil || decoder?.parameters !== item.parameters {
                guard item.packet.isKeyFrame else { continue }
                // The ring begins after the moment: it is gone.
                if let time, item.packet.pts.pts90k > time.pts90k + tolerance, best == nil { return nil }
                decoder = try VideoDecoder(item.parameters)
            }
            try decoder?.decode(item.packet) { frame in
                if let time, frame.time.pts90k > time.pts90k + tolerance {
                    isDone = true
                } else {
                    best = frame
                }
            }
            // Packets come in the order of decoding: this one and all before are decoded, and nothing earlier is shown later.
            if let time, item.packet.time.pts90k > time.pts90k + 90_000 { isDone = true }
        }
        if !isDone {
            try decoder?.flush { frame in
                if time.map({ frame.time.pts90k <= $0.pts90k + tolerance }) ?? true { best = frame }
            }
        }
        return best
    }
}
