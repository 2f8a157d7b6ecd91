internal import CFFmpeg
internal import CFFmpegShim
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

/// FFmpeg's own messages: they may hold URLs with passwords, and what matters in them comes back as an error code, so they
/// are dropped; but for what decoders say about damage, see `VideoDecoder`.
enum FFmpegLog {
    private static let done = Atomic<Bool>(false)

    static func silence() {
        if done.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged { aw_take_messages() }
    }
}
