/// Turns a source's timestamps into a time line that begins at 0 and rises: pure arithmetic in 1/90,000 s.
///
/// Missing timestamps are interpolated, jumps and wraps are bridged; no packet is given up. The first picture shown has
/// time 0, so decoding times before it may be negative (B-frames).
struct TimestampNormalizer {
    enum Mode: Sendable {
        /// Gaps are part of the recording.
        case file
        /// A gap must have been seen to pass.
        case live
        /// The source's own timestamps mean nothing (MJPEG over HTTP): take the arrival.
        case arrival
    }

    struct Times: Equatable, Sendable {
        var pts: Int64
        var dts: Int64
    }

    private struct Line {
        var last: Int64?
        var lastArrival = 0.0
        var offset: Int64?
    }

    private let mode: Mode
    private let frameDuration: Int64
    /// How far decoding runs ahead of showing, because of B-frames.
    private let reorder: Int64
    private var video = Line()
    private var audio = Line()
    private var firstArrival: Double?

    /// - Parameters:
    ///   - framesPerSecond: For interpolation.
    ///   - reorderFrames: How many pictures the decoder holds back to put B-frames in order.
    init(mode: Mode, framesPerSecond: Double, reorderFrames: Int = 0) {
        self.mode = mode
        frameDuration = max(1, Int64((90_000 / max(1, framesPerSecond)).rounded()))
        reorder = Int64(max(0, reorderFrames)) * frameDuration
    }

    /// Where the sound belongs is not known before the first picture.
    var knowsOrigin: Bool { video.last != nil }

    mutating func video(pts: Int64?, dts: Int64?, arrivalSeconds: Double) -> Times {
        if firstArrival == nil { firstArrival = arrivalSeconds }
        if mode == .arrival {
            let time = Int64(((arrivalSeconds - (firstArrival ?? arrivalSeconds)) * 90_000).rounded())
            let dts = max(time, (video.last ?? -1) + 1)
            video.last = dts
            return Times(pts: dts, dts: dts)
        }
        guard let last = video.last else {
            // The first picture is time 0.
            let origin = pts ?? dts
            video.offset = origin.map { -$0 }
            let start = dts.flatMap { dts in origin.map { min(0, dts - $0) } } ?? -reorder
            video.last = start
            video.lastArrival = arrivalSeconds
            return Times(pts: 0, dts: start)
        }
        if video.offset == nil, let raw = dts ?? pts, raw >= 0, raw <= last + reorder + 90_000 {
            // FFmpeg counts RTP time from the first packet, even when it leaves that one without.
            video.offset = 0
        }
        var time = place(dts ?? pts, last: last, step: frameDuration, line: &video, arrivalSeconds)
        if dts == nil, reorder > 0, let pts, let offset = video.offset {
            // Decoding goes on evenly while showing jumps back and forth.
            let expected = last + frameDuration, shown = pts + offset - reorder
            time = abs(shown - expected) <= 2 * (reorder + frameDuration) ? expected : max(shown, last + 1)
        }
        video.last = time
        video.lastArrival = arrivalSeconds
        guard let pts, let offset = video.offset, pts + offset < time + 10 * 90_000 else {
            return Times(pts: time, dts: time)
        }
        return Times(pts: max(time, pts + offset), dts: time)
    }

    /// - Parameter duration: Of the packet.
    mutating func audio(pts: Int64?, duration: Int64, arrivalSeconds: Double) -> Times {
        if audio.offset == nil { audio.offset = video.offset }
        guard let last = audio.last else {
            let time = pts.flatMap { pts in audio.offset.map { pts + $0 } } ?? video.last ?? 0
            audio.last = time
            audio.lastArrival = arrivalSeconds
            return Times(pts: time, dts: time)
        }
        let time = place(pts, last: last, step: max(1, duration), line: &audio, arrivalSeconds)
        audio.last = time
        audio.lastArrival = arrivalSeconds
        return Times(pts: time, dts: time)
    }

    /// The next time of a line, after `last`.
    private func place(
        _ raw: Int64?, last: Int64, step: Int64, line: inout Line, _ arrivalSeconds: Double
    ) -> Int64 {
        guard let raw else { return last + step }
        guard let offset = line.offset else {
            line.offset = last + step - raw
            return last + step
        }
        let time = raw + offset
        let passed = Int64(((arrivalSeconds - line.lastArrival) * 90_000).rounded())
        // Buffers and bursts shift arrivals by seconds; more is a jump of the sender's clock.
        let farthest: Int64 = mode == .live ? passed + 10 * 90_000 : 3600 * 90_000
        if time < last - 90_000 || time > last + farthest {
            let next = last + (mode == .live ? max(step, passed) : step)
            line.offset = next - raw
            return next
        }
        return max(time, last + 1)
    }
}
