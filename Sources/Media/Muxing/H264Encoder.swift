internal import CFFmpeg
internal import CFFmpegShim
import Domain
import Foundation

/// libx264, set up in one place. One owner, one thread.
final class H264Encoder {
    struct Settings {
        /// Of the frames, in pixels; an odd last row or column is left out (4:2:0 has none).
        var size: FrameSize
        /// A hint for the rate control; the frames' own times count.
        var framesPerSecond: Double
        /// Luma covers 0 to 255 instead of 16 to 235.
        var isFullRange = false
        /// One of x264's, `ultrafast` to `veryslow`.
        var preset = "veryfast"
        /// Constant rate factor of x264: 18 is nearly lossless, 36 is poor.
        var rateFactor = 20
        /// Nil leaves it to the encoder: the longest time between two key frames.
        var keyFrameSeconds: Double?
        /// Each frame is handed on at once, and none refers to a later one.
        var isImmediate = false
        var maxBitsPerSecond: Int?
    }

    let width: Int32
    let height: Int32
    /// In 1/90,000 s.
    let frameDuration: Int64
    private let codec: UnsafeMutablePointer<AVCodecContext>
    private let packet: UnsafeMutablePointer<AVPacket>

    /// - Throws: `MediaError.encodingFailed`.
    init(_ settings: Settings) throws {
        FFmpegLog.silence()
        let rate = settings.framesPerSecond
        frameDuration = Ticks.frameDuration(framesPerSecond: rate)
        width = Int32(clamping: settings.size.width / 2 * 2)
        height = Int32(clamping: settings.size.height / 2 * 2)
        guard let encoder = avcodec_find_encoder_by_name("libx264") else {
            throw MediaError.encodingFailed(reason: "this FFmpeg has no libx264")
        }
        guard width > 0, height > 0 else {
            throw MediaError.encodingFailed(reason: "no H.264 encoder for \(settings.size)")
        }
        var made = avcodec_alloc_context3(encoder)
        var buffer = av_packet_alloc()
        do {
            guard let codec = made, let packet = buffer else {
                throw MediaError.encodingFailed(reason: "out of memory")
            }
            codec.pointee.width = width
            codec.pointee.height = height
            codec.pointee.pix_fmt = AV_PIX_FMT_YUV420P
            codec.pointee.color_range = settings.isFullRange ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG
            codec.pointee.time_base = timeBase90k
            codec.pointee.framerate = av_d2q(rate, 100_000)
            codec.pointee.flags |= Int32(AV_CODEC_FLAG_GLOBAL_HEADER)
            codec.pointee.thread_count = 1
            if let seconds = settings.keyFrameSeconds {
                codec.pointee.gop_size = Int32(min(max(1, (rate * seconds).rounded()), 1000))
            }
            if let bits = settings.maxBitsPerSecond {
                codec.pointee.rc_max_rate = Int64(bits)
                codec.pointee.rc_buffer_size = Int32(clamping: bits * 2)
            }
            var options: OpaquePointer?
            defer { av_dict_free(&options) }
            av_dict_set(&options, "preset", settings.preset, 0)
            av_dict_set(&options, "crf", "\(settings.rateFactor)", 0)
            if settings.isImmediate {
                codec.pointee.max_b_frames = 0
                av_dict_set(&options, "tune", "zerolatency", 0)
            }
            let code = avcodec_open2(codec, encoder, &options)
            guard code >= 0 else { throw MediaError.encodingFailed(reason: ffmpegMessage(code)) }
            self.codec = codec
            self.packet = packet
        } catch {
            avcodec_free_context(&made)
            av_packet_free(&buffer)
            throw error
        }
    }

    deinit {
        var codec: UnsafeMutablePointer<AVCodecContext>? = codec
        avcodec_free_context(&codec)
        var packet: UnsafeMutablePointer<AVPacket>? = packet
        av_packet_free(&packet)
    }

    /// What its packets need to be decoded.
    func describe(into parameters: UnsafeMutablePointer<AVCodecParameters>) throws {
        guard avcodec_parameters_from_context(parameters, codec) >= 0 else {
            throw MediaError.encodingFailed(reason: "out of memory")
        }
    }

    /// Takes a frame of `width` by `height` in planar 4:2:0 and lends the packets that are ready, with times in 1/90,000 s.
    /// - Parameter frame: Nil is the end.
    func encode(
        _ frame: UnsafeMutablePointer<AVFrame>?, _ body: (UnsafeMutablePointer<AVPacket>) throws -> Void
    ) throws {
        let code = avcodec_send_frame(codec, frame)
        // The end may be said twice.
        guard code >= 0 || frame == nil && code == aw_error_end else {
            throw MediaError.encodingFailed(reason: ffmpegMessage(code))
        }
        while true {
            let code = avcodec_receive_packet(codec, packet)
            if code == aw_error_again || code == aw_error_end { return }
            guard code >= 0 else { throw MediaError.encodingFailed(reason: ffmpegMessage(code)) }
            defer { av_packet_unref(packet) }
            packet.pointee.stream_index = 0
            // Without it players cut the last frame off.
            if packet.pointee.duration <= 0 { packet.pointee.duration = frameDuration }
            try body(packet)
        }
    }
}

/// Makes a stream of H.264 packets from decoded frames, with the frames' own times. One owner, one thread.
final class FrameEncoder {
    /// Of the packets that it makes.
    let parameters: StreamParameters
    private let encoder: H264Encoder
    private let input: UnsafeMutablePointer<AVFrame>
    private let isFullRange: Bool
    private var epoch = 0
    private var lastPTS: Int64?
    private var dates: [Int64: Date] = [:]

    /// - Parameters:
    ///   - info: Of the frames' stream.
    ///   - audio: Goes into the same file as it is.
    /// - Throws: `MediaError.encodingFailed`.
    init(_ settings: H264Encoder.Settings, info: StreamInfo, audio: UnsafePointer<AVCodecParameters>? = nil) throws {
        encoder = try H264Encoder(settings)
        isFullRange = settings.isFullRange
        guard var described = Optional(avcodec_parameters_alloc()), let target = described else {
            throw MediaError.encodingFailed(reason: "out of memory")
        }
        defer { avcodec_parameters_free(&described) }
        try encoder.describe(into: target)
        var info = info
        info.codecName = "h264"
        parameters = try StreamParameters(info: info, video: target, audio: audio)
        guard let frame = av_frame_alloc() else { throw MediaError.encodingFailed(reason: "out of memory") }
        input = frame
    }

    deinit {
        var input: UnsafeMutablePointer<AVFrame>? = input
        av_frame_free(&input)
    }

    /// Hands on the packets that are ready. A frame that is smaller than the stream gives none, of a larger one its left upper
    /// part is taken.
    func encode(_ frame: VideoFrame, _ body: (Packet) throws -> Void) throws {
        guard frame.frame.pointee.width >= encoder.width, frame.frame.pointee.height >= encoder.height else { return }
        guard av_frame_ref(input, frame.frame) >= 0 else { throw MediaError.encodingFailed(reason: "out of memory") }
        defer { av_frame_unref(input) }
        input.pointee.width = encoder.width
        input.pointee.height = encoder.height
        input.pointee.format = AV_PIX_FMT_YUV420P.rawValue
        input.pointee.color_range = isFullRange ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG
        input.pointee.pict_type = AV_PICTURE_TYPE_NONE
        var pts = frame.time.pts90k
        if let lastPTS, pts <= lastPTS { pts = lastPTS + 1 }
        lastPTS = pts
        input.pointee.pts = pts
        dates[pts] = frame.date
        epoch = frame.time.epoch
        try encoder.encode(input) { try hand($0, body) }
    }

    /// Hands on what is left.
    func finish(_ body: (Packet) throws -> Void) throws { try encoder.encode(nil) { try hand($0, body) } }

    private func hand(_ lent: UnsafeMutablePointer<AVPacket>, _ body: (Packet) throws -> Void) throws {
        guard let packet = av_packet_alloc() else { throw MediaError.encodingFailed(reason: "out of memory") }
        let date = dates.removeValue(forKey: lent.pointee.pts) ?? Date(timeIntervalSince1970: 0)
        av_packet_move_ref(packet, lent)
        try body(Packet(adopting: packet, isVideo: true, epoch: epoch, date: date))
    }
}

/// Encodes to H.264 the one kind of stream that can't be copied into a playable MP4: MJPEG. One owner, one thread.
final class ClipEncoder {
    private let decoder: VideoDecoder
    private let encoder: FrameEncoder

    /// Of the packets that it makes.
    var parameters: StreamParameters { encoder.parameters }

    static func isNeeded(_ parameters: StreamParameters) -> Bool {
        parameters.video.pointee.codec_id == AV_CODEC_ID_MJPEG
    }

    /// - Throws: `MediaError.encodingFailed`, `MediaError.unsupportedCodec`.
    init(_ source: StreamParameters) throws {
        decoder = try VideoDecoder(source, output: .stored)
        // A key frame a second: what is lost with a cut, and how exactly one can seek. No frame is kept back, so that a
        // fragment on disk is as new as with a copied stream.
        encoder = try FrameEncoder(
            H264Encoder.Settings(
                size: source.info.storedSize, framesPerSecond: max(1, source.info.framesPerSecond), isFullRange: true,
                preset: "superfast", rateFactor: 23, keyFrameSeconds: 1, isImmediate: true),
            info: source.info, audio: source.audio.map { UnsafePointer($0) })
    }

    /// Hands on the encoded frames that are ready. A damaged frame gives none; one of another size in the middle neither: its
    /// packets come with other parameters, and so another file.
    func encode(_ packet: Packet, _ body: (Packet) throws -> Void) throws {
        try decoder.decode(packet) { frame in try encoder.encode(frame, body) }
    }

    /// Hands on what is left.
    func finish(_ body: (Packet) throws -> Void) throws {
        try decoder.flush { frame in try encoder.encode(frame, body) }
        try encoder.finish(body)
    }
}
