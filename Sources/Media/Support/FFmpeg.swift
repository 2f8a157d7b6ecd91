internal import CFFmpeg
internal import CFFmpegShim
import Domain
import Foundation
import Synchronization

/// FFmpeg's words for an error code.
func ffmpegMessage(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard av_strerror(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
    let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return String(decoding: bytes, as: UTF8.self)
}

/// The clock of `MediaTime`.
let timeBase90k = AVRational(num: 1, den: 90_000)

/// FFmpeg's own messages: URLs with passwords may stand in them, and what matters in them comes back as an error code,
/// so they are dropped; but for what decoders say about damage, see `VideoDecoder`.
enum FFmpegLog {
    private static let done = Atomic<Bool>(false)

    static func silence() {
        if done.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged { aw_take_messages() }
    }
}

/// Arithmetic on times in 1/90,000 s that come from cameras, files and clocks: whatever they say, it is kept within
/// bounds instead of overflowing.
enum Ticks {
    /// Times beyond this (some 800,000 years) mean nothing; sums of several of them still fit.
    static let limit: Int64 = 1 << 60

    static let perSecond: Int64 = 90_000

    /// nil where the source gives none, or one that can't be one.
    static func checked(_ raw: Int64?) -> Int64? {
        guard let raw, raw > -limit, raw < limit else { return nil }
        return raw
    }

    /// - Returns: The nearest count within bounds; 0 for what is no number.
    static func count(ofSeconds seconds: Double) -> Int64 {
        let count = (seconds * MediaTime.unitsPerSecond).rounded()
        guard !count.isNaN else { return 0 }
        return Int64(min(max(count, -Double(limit)), Double(limit)))
    }

    static func sum(_ a: Int64, _ b: Int64) -> Int64 {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? (a < 0 ? -limit : limit) : min(max(sum, -limit), limit)
    }

    static func difference(_ a: Int64, _ b: Int64) -> Int64 {
        let (difference, overflow) = a.subtractingReportingOverflow(b)
        return overflow ? (a < 0 ? -limit : limit) : min(max(difference, -limit), limit)
    }

    /// The time between two frames; of a rate that is no number or not above 0, that of one frame a second.
    static func frameDuration(framesPerSecond rate: Double) -> Int64 {
        guard rate.isFinite, rate > 0 else { return perSecond }
        return max(1, count(ofSeconds: min(1 / rate, 3600)))
    }
}

/// A thread of its own for calls that block: those must never sit on the tasks' pool.
enum WorkerThread {
    static func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
        let thread = Thread(block: body)
        thread.name = name
        // FFmpeg's codecs want more than the default of secondary threads on some systems.
        thread.stackSize = 4 << 20
        thread.start()
    }
}
