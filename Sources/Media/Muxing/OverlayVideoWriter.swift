internal import CFFmpeg
internal import CFFmpegShim
import Domain
import Foundation

/// Encodes RGB images into an H.264 MP4, for looking at results. Blocks: one owner, one thread.
public final class OverlayVideoWriter {
    private let context: UnsafeMutablePointer<AVFormatContext>
    private let codec: UnsafeMutablePointer<AVCodecContext>
    private let frame: UnsafeMutablePointer<AVFrame>
    private let packet: UnsafeMutablePointer<AVPacket>
    private let scaler: OpaquePointer
    private let path: String
    private let size: FrameSize
    private let frameDuration: Int64
    private var lastPTS: Int64 = -1
    private var isClosed = false

    /// - Parameters:
    ///   - size: Of the images; an odd last row or column is left out (H.264 4:2:0 has none).
    ///   - framesPerSecond: A hint for the encoder; the images' own times count.
    /// - Throws: `MediaError.cannotWrite`, `MediaError.encodingFailed`.
    public init(path: URL, size: FrameSize, framesPerSecond: Double) throws {
        FFmpegLog.silence()
        let name = path.path(percentEncoded: false)
        self.path = name
        self.size = size
        let rate = framesPerSecond > 0 && framesPerSecond.isFinite ? framesPerSecond : 25
        frameDuration = Ticks.frameDuration(framesPerSecond: rate)
        let width = Int32(clamping: size.width / 2 * 2), height = Int32(clamping: size.height / 2 * 2)
        var output: UnsafeMutablePointer<AVFormatContext>?
        avformat_alloc_output_context2(&output, nil, "mp4", "file:" + name)
        var encoder = avcodec_find_encoder_by_name("libx264").flatMap { avcodec_alloc_context3($0) }
        var input = av_frame_alloc()
        var made = av_packet_alloc()
        let table = sws_getContext(
            width, height, AV_PIX_FMT_RGB24, width, height, AV_PIX_FMT_YUV420P, SWS_BILINEAR | SWS_ACCURATE_RND, nil,
            nil,
            nil)
        do {
            guard width > 0, height > 0, let output, let encoder, let input, let made, let table,
                let stream = avformat_new_stream(output, nil)
            else { throw MediaError.encodingFailed(reason: "no H.264 encoder for \(size)") }
            encoder.pointee.width = width
            encoder.pointee.height = height
            encoder.pointee.pix_fmt = AV_PIX_FMT_YUV420P
            encoder.pointee.color_range = AVCOL_RANGE_MPEG
            encoder.pointee.time_base = timeBase90k
            encoder.pointee.framerate = av_d2q(rate, 100_000)
            encoder.pointee.flags |= Int32(AV_CODEC_FLAG_GLOBAL_HEADER)
            encoder.pointee.thread_count = 1
            var options: OpaquePointer?
            defer { av_dict_free(&options) }
            av_dict_set(&options, "preset", "veryfast", 0)
            av_dict_set(&options, "crf", "20", 0)
            try Self.check(avcodec_open2(encoder, nil, &options))
            try Self.check(avcodec_parameters_from_context(stream.pointee.codecpar, encoder))
            stream.pointee.time_base = timeBase90k
            input.pointee.width = width
            input.pointee.height = height
            input.pointee.format = AV_PIX_FMT_YUV420P.rawValue
            try Self.check(av_frame_get_buffer(input, 0))
            let code = avio_open(&output.pointee.pb, "file:" + name, Int32(AVIO_FLAG_WRITE))
            guard code >= 0 else { throw MediaError.cannotWrite(path: name, reason: ffmpegMessage(code)) }
            var muxing: OpaquePointer?
            defer { av_dict_free(&muxing) }
            av_dict_set(&muxing, "movflags", "faststart", 0)
            let header = avformat_write_header(output, &muxing)
            guard header >= 0 else { throw MediaError.cannotWrite(path: name, reason: ffmpegMessage(header)) }
            context = output
            codec = encoder
            frame = input
            packet = made
            scaler = table
        } catch {
            if let output { avio_closep(&output.pointee.pb) }
            avformat_free_context(output)
            avcodec_free_context(&encoder)
            av_frame_free(&input)
            av_packet_free(&made)
            sws_freeContext(table)
            throw error
        }
    }

    deinit {
        avio_closep(&context.pointee.pb)
        avformat_free_context(context)
        var codec: UnsafeMutablePointer<AVCodecContext>? = codec
        avcodec_free_context(&codec)
        var frame: UnsafeMutablePointer<AVFrame>? = frame
        av_frame_free(&frame)
        var packet: UnsafeMutablePointer<AVPacket>? = packet
        av_packet_free(&packet)
        sws_freeContext(scaler)
    }

    /// Adds an image.
    /// - Parameters:
    ///   - image: Of the writer's size.
    ///   - seconds: Its time in the video; must rise.
    public func write(_ image: RGBImage, seconds: Double) throws {
        guard !isClosed, image.size == size, image.pixels.count >= size.area * 3 else {
            throw MediaError.encodingFailed(reason: "an image of \(image.size) in a video of \(size)")
        }
        try Self.check(av_frame_make_writable(frame))
        let done = image.pixels.withUnsafeBufferPointer { pixels in
            aw_scale_packed(
                scaler, pixels.baseAddress, Int32(clamping: size.width * 3), frame.pointee.height, frame)
        }
        try Self.check(done)
        frame.pointee.pts = max(lastPTS + 1, Ticks.count(ofSeconds: seconds))
        lastPTS = frame.pointee.pts
        try encode(frame)
    }

    /// Writes the rest and the index.
    public func finish() throws {
        guard !isClosed else { return }
        isClosed = true
        try encode(nil)
        try output(av_write_trailer(context))
        try output(avio_closep(&context.pointee.pb))
    }

    private func encode(_ frame: UnsafeMutablePointer<AVFrame>?) throws {
        try Self.check(avcodec_send_frame(codec, frame))
        while true {
            let code = avcodec_receive_packet(codec, packet)
            if code == aw_error_again || code == aw_error_end { return }
            try Self.check(code)
            packet.pointee.stream_index = 0
            // Without it players cut the last frame off.
            if packet.pointee.duration == 0 { packet.pointee.duration = frameDuration }
            if let stream = context.pointee.streams[0] {
                av_packet_rescale_ts(packet, timeBase90k, stream.pointee.time_base)
            }
            try output(av_interleaved_write_frame(context, packet))
        }
    }

    private func output(_ code: Int32) throws {
        guard code >= 0 else { throw MediaError.cannotWrite(path: path, reason: ffmpegMessage(code)) }
    }

    private static func check(_ code: Int32) throws {
        guard code >= 0 else { throw MediaError.encodingFailed(reason: ffmpegMessage(code)) }
    }
}
