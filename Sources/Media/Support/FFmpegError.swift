internal import CFFmpeg
internal import CFFmpegShim

/// FFmpeg's words for an error code.
func ffmpegMessage(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard av_strerror(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
    let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return String(decoding: bytes, as: UTF8.self)
}

extension Int64 {
    /// nil for FFmpeg's "no timestamp".
    var timestamp: Int64? { self == aw_no_timestamp ? nil : self }
}

/// The clock of `MediaTime`.
let timeBase90k = AVRational(num: 1, den: 90_000)
