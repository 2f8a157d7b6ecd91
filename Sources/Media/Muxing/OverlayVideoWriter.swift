internal import CFFmpeg
internal import CFFmpegShim
import Domain
import Foundation

/// Encodes RGB images into an H.264 MP4, for looking at results. Blocks: one owner, one thread.
public final class OverlayVideoWriter {
    private let context: UnsafeMutablePointer<AVFormatContext>
    private let encoder: H264Encoder
    private let frame: UnsafeMutablePointer<AVFrame>
    private let scaler: OpaquePointer
    private let path: String
    private let size: FrameSize
    private var lastPTS: Int64 = -1
    private var isClosed = false

    /// - Parameters:
    ///   - size: Of the images; an odd last row or column is left out (H.264 4:2:0 has none).
    ///   - framesPerSecond: A hint for the encoder; the images' own times count.
    /// - Throws: `MediaError.cannotWrite`, `MediaError.encodingFailed`.
    public init(path: URL, size: FrameSize, framesPerSecond: Double) throws {
        let name = path.path(percentEncoded: false)
        self.path = name
        self.size = size
        encoder = try H264Encoder(
            H264Encoder.Settings(
                size: size, framesPerSecond: framesPerSecond > 0 && framesPerSecond.isFinite ? framesPerSecond : 25))
        var output: UnsafeMutablePointer<AVFormatContext>?
        avformat_alloc_output_context2(&output, nil, "mp4", "file:" + name)
        var input = av_frame_alloc()
        let table = sws_getContext(
            encoder.width, encoder.height, AV_PIX_FMT_RGB24, encoder.width, encoder.height, AV_PIX_FMT_YUV420P,
            SWS_BILINEAR | SWS_ACCURATE_RND, nil, nil, nil)
        do {
            guard let output, let input, let table, let stream = avformat_new_stream(output, nil) else {
                throw MediaError.encodingFailed(reason: "out of memory")
            }
            try encoder.describe(into: stream.pointee.codecpar)
            stream.pointee.time_base = timeBase90k
            input.pointee.width = encoder.width
            input.pointee.height = encoder.height
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
            frame = input
            scaler = table
        } catch {
            if let output { avio_closep(&output.pointee.pb) }
            avformat_free_context(output)
            av_frame_free(&input)
            sws_freeContext(table)
            throw error
        }
    }

    deinit {
        avio_closep(&context.pointee.pb)
        avformat_free_context(context)
        var frame: UnsafeMutablePointer<AVFrame>? = frame
        av_frame_free(&frame)
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
        try encoder.encode(frame) { packet in
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
