/// Turns a source's timestamps into a time line that begins at 0 and rises: pure arithmetic in 1/90,000 s.
///
/// Missing timestamps are interpolated, jumps and wraps are bridged; no packet is given up. The first frame shown has
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
    ///   - reorderFrames: How many frames the decoder keeps back to put B-frames in order.
    init(mode: Mode, framesPerSecond: Double, reorderFrames: Int = 0) {
        self.mode = mode
        frameDuration = Ticks.frameDuration(framesPerSecond: framesPerSecond.isFinite ? max(1, framesPerSecond) : 25)
        reorder = Int64(min(max(0, reorderFrames), 64)) * frameDuration
    }

    /// Where the sound belongs is not known before the first frame.
    var knowsOrigin: Bool { video.last != nil }

    mutating func video(pts: Int64?, dts: Int64?, arrivalSeconds: Double) -> Times {
        let pts = Ticks.checked(pts), dts = Ticks.checked(dts)
        if firstArrival == nil { firstArrival = arrivalSeconds }
        if mode == .arrival {
            let time = Self.passed(arrivalSeconds - (firstArrival ?? arrivalSeconds))
            let dts = max(time, (video.last ?? -1) + 1)
            video.last = dts
            return Times(pts: dts, dts: dts)
        }
        guard let last = video.last else {
            // The first frame is time 0.
            let origin = pts ?? dts
            video.offset = origin.map { -$0 }
            let ahead = dts.flatMap { dts in origin.map { min(0, dts - $0) } } ?? -reorder
            // Decoding runs some frames ahead, not minutes.
            let start = ahead > -10 * Ticks.perSecond ? ahead : -reorder
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
        let pts = Ticks.checked(pts), duration = min(max(1, duration), 3600 * Ticks.perSecond)
        if audio.offset == nil { audio.offset = video.offset }
        guard let last = audio.last else {
            let start = video.last ?? 0
            let given = pts.flatMap { pts in audio.offset.map { pts + $0 } } ?? start
            let time = abs(given - start) < 3600 * Ticks.perSecond ? given : start
            audio.last = time
            audio.lastArrival = arrivalSeconds
            return Times(pts: time, dts: time)
        }
        let time = place(pts, last: last, step: duration, line: &audio, arrivalSeconds)
        audio.last = time
        audio.lastArrival = arrivalSeconds
        return Times(pts: time, dts: time)
    }

    /// The time that has passed by our own clock, which never stands still for a century nor goes back.
    private static func passed(_ seconds: Double) -> Int64 {
        seconds > 0 && seconds < 3e9 ? Ticks.count(ofSeconds: seconds) : 0
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
        let passed = Self.passed(arrivalSeconds - line.lastArrival)
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

/// Estimates when the frames of a live stream were taken, from when they arrived.
///
/// A packet can only come late, never early: the smallest distance between arrival and media time counts, and may grow
/// slowly, so that a camera whose clock runs slow is followed.
struct ArrivalSmoother {
    private static let growth = 0.01
    private var distance: Double?

    /// - Returns: The smoothed arrival in seconds on the arrivals' clock.
    mutating func arrival(mediaSeconds: Double, arrivalSeconds: Double) -> Double {
        let seen = arrivalSeconds - mediaSeconds
        let smoothed: Double
        if let distance, seen > distance {
            // More than a burst: the stream stood still and went on with its old clock.
            smoothed = seen - distance > 10 ? seen : distance + (seen - distance) * Self.growth
        } else {
            smoothed = seen
        }
        distance = smoothed
        return mediaSeconds + smoothed
    }
}
