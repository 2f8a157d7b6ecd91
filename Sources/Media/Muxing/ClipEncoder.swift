internal import CFFmpeg
internal import CFFmpegShim
import Domain
import Foundation

/// Encodes to H.264 the one kind of stream that can't be copied into a playable MP4: MJPEG. One owner, one thread.
final class ClipEncoder {
    /// Of the packets that it makes.
    let parameters: StreamParameters
    private let decoder: VideoDecoder
    private let codec: UnsafeMutablePointer<AVCodecContext>
    private let input: UnsafeMutablePointer<AVFrame>
    private let frameDuration: Int64
    private var epoch = 0
    private var lastPTS: Int64?
    private var dates: [Int64: Date] = [:]

    static func isNeeded(_ parameters: StreamParameters) -> Bool {
        parameters.video.pointee.codec_id == AV_CODEC_ID_MJPEG
    }

    /// - Throws: `MediaError.encodingFailed`, `MediaError.unsupportedCodec`.
    init(_ source: StreamParameters) throws {
        decoder = try VideoDecoder(source, output: .stored)
        let rate = max(1, source.info.framesPerSecond)
        frameDuration = Ticks.frameDuration(framesPerSecond: rate)
        var made = avcodec_find_encoder_by_name("libx264").flatMap { avcodec_alloc_context3($0) }
        var frame = av_frame_alloc()
        do {
            guard let codec = made, let input = frame else {
                throw MediaError.encodingFailed(reason: "this FFmpeg has no libx264, which MJPEG cameras need")
            }
            // 4:2:0 has no odd last row or column.
            codec.pointee.width = Int32(clamping: source.info.storedSize.width / 2 * 2)
            codec.pointee.height = Int32(clamping: source.info.storedSize.height / 2 * 2)
            codec.pointee.pix_fmt = AV_PIX_FMT_YUV420P
            codec.pointee.color_range = AVCOL_RANGE_JPEG
            codec.pointee.time_base = timeBase90k
            codec.pointee.framerate = av_d2q(rate, 100_000)
            // A key frame a second: what is lost with a cut, and how exactly one can seek.
            codec.pointee.gop_size = Int32(min(max(1, rate.rounded()), 1000))
            codec.pointee.max_b_frames = 0
            codec.pointee.flags |= Int32(AV_CODEC_FLAG_GLOBAL_HEADER)
            codec.pointee.thread_count = 1
            var options: OpaquePointer?
            defer { av_dict_free(&options) }
            av_dict_set(&options, "preset", "superfast", 0)
            // No frame is kept back, so that a fragment on disk is as new as with a copied stream.
            av_dict_set(&options, "tune", "zerolatency", 0)
            av_dict_set(&options, "crf", "23", 0)
            let code = avcodec_open2(codec, nil, &options)
            guard code >= 0 else { throw MediaError.encodingFailed(reason: ffmpegMessage(code)) }
            guard let described = avcodec_parameters_alloc() else {
                throw MediaError.encodingFailed(reason: "out of memory")
            }
            var freed: UnsafeMutablePointer<AVCodecParameters>? = described
            defer { avcodec_parameters_free(&freed) }
            guard avcodec_parameters_from_context(described, codec) >= 0 else {
                throw MediaError.encodingFailed(reason: "out of memory")
            }
            var info = source.info
            info.codecName = "h264"
            parameters = try StreamParameters(
                info: info, video: described, audio: source.audio.map { UnsafePointer($0) })
            self.codec = codec
            self.input = input
        } catch {
            avcodec_free_context(&made)
            av_frame_free(&frame)
            throw error
        }
    }

    deinit {
        var codec: UnsafeMutablePointer<AVCodecContext>? = codec
        avcodec_free_context(&codec)
        var input: UnsafeMutablePointer<AVFrame>? = input
        av_frame_free(&input)
    }

    /// Hands on the encoded frames that are ready. A damaged frame gives none.
    func encode(_ packet: Packet, _ body: (Packet) throws -> Void) throws {
        try decoder.decode(packet) { frame in try send(frame, body) }
    }

    /// Hands on what is left.
    func finish(_ body: (Packet) throws -> Void) throws {
        try decoder.flush { frame in try send(frame, body) }
        guard avcodec_send_frame(codec, nil) >= 0 else { return }
        try drain(body)
    }

    private func send(_ frame: VideoFrame, _ body: (Packet) throws -> Void) throws {
        let width = codec.pointee.width, height = codec.pointee.height
        // A frame of another size in the middle: its packets come with other parameters, and so another file.
        guard frame.frame.pointee.width >= width, frame.frame.pointee.height >= height else { return }
        guard av_frame_ref(input, frame.frame) >= 0 else { throw MediaError.encodingFailed(reason: "out of memory") }
        defer { av_frame_unref(input) }
        input.pointee.width = width
        input.pointee.height = height
        input.pointee.format = AV_PIX_FMT_YUV420P.rawValue
        input.pointee.color_range = AVCOL_RANGE_JPEG
        input.pointee.pict_type = AV_PICTURE_TYPE_NONE
        var pts = frame.time.pts90k
        if let lastPTS, pts <= lastPTS { pts = lastPTS + 1 }
        lastPTS = pts
        input.pointee.pts = pts
        dates[pts] = frame.date
        let code = avcodec_send_frame(codec, input)
        guard code >= 0 else { throw MediaError.encodingFailed(reason: ffmpegMessage(code)) }
        epoch = frame.time.epoch
        try drain(body)
    }

    private func drain(_ body: (Packet) throws -> Void) throws {
        while let packet = av_packet_alloc() {
            var owned: UnsafeMutablePointer<AVPacket>? = packet
            defer { av_packet_free(&owned) }
            let code = avcodec_receive_packet(codec, packet)
            if code == aw_error_again || code == aw_error_end { return }
            guard code >= 0 else { throw MediaError.encodingFailed(reason: ffmpegMessage(code)) }
            packet.pointee.stream_index = 0
            // Without it players cut the last frame off.
            if packet.pointee.duration <= 0 { packet.pointee.duration = frameDuration }
            let date = dates.removeValue(forKey: packet.pointee.pts) ?? Date(timeIntervalSince1970: 0)
            owned = nil
            try body(Packet(adopting: packet, isVideo: true, epoch: epoch, date: date))
        }
    }
}
