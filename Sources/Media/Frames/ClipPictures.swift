import Domain
import Foundation

/// Single pictures out of files.
public enum ClipPictures {
    /// The picture shown at `seconds` of a video.
    /// - Returns: nil when it is shorter.
    /// - Throws: `MediaError`. Blocks: not for the tasks' pool.
    public static func frame(in url: URL, at seconds: Double) throws -> VideoFrame? {
        let demuxer = try Demuxer(SourceOptions(url: url.path(percentEncoded: false)))
        let decoder = try VideoDecoder(demuxer.streamParameters)
        // A browser's clock rounds.
        let limit = Int64(seconds * MediaTime.unitsPerSecond) + 1500
        var best: VideoFrame?
        var isDone = false
        while !isDone, let packet = try demuxer.read() {
            try decoder.decode(packet) { frame in
                if frame.time.pts90k > limit { isDone = true } else { best = frame }
            }
        }
        if !isDone {
            try decoder.flush { frame in if frame.time.pts90k <= limit { best = frame } }
            // The last picture stays for a moment; more than a second later there is none.
            if let best, limit - best.time.pts90k > 90_000 + 1500 { return nil }
        }
        return best
    }
}
