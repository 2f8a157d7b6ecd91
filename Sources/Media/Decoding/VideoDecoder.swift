internal import CFFmpeg
internal import CFFmpegShim
import Domain
import Foundation

/// Turns packets into frames; one owner, one thread. Decoding may begin at any key frame.
public final class VideoDecoder {
    /// The stream that this decoder is for; packets with other parameters need a decoder of their own.
    public let parameters: StreamParameters
    /// Packets that could not be decoded; the rest went on.
    public private(set) var damagedPackets = 0

    private let context: UnsafeMutablePointer<AVCodecContext>
    private let received: UnsafeMutablePointer<AVFrame>
    private var converter: FrameConverter?
    /// The packet fed last: gives frames their epoch and date.
    private var lastPacket: (pts: MediaTime, date: Date)?
    private var lastFramePTS: Int64?

    /// - Parameter threads: 1 decodes with the least delay and memory: right for many cameras.
    /// - Throws: `MediaError.unsupportedCodec`, `MediaError.decodingFailed`.
    public init(_ parameters: StreamParameters, threads: Int = 1) throws {
        FFmpegLog.silence()
        self.parameters = parameters
        let name = parameters.info.codecName
        guard let codec = avcodec_find_decoder(parameters.video.pointee.codec_id) else {
            throw MediaError.unsupportedCodec(source: "video", codec: name)
        }
        guard let received = av_frame_alloc() else {
            throw MediaError.decodingFailed(source: name, reason: "out of memory")
        }
        var made = avcodec_alloc_context3(codec)
        guard let context = made else {
            var frame: UnsafeMutablePointer<AVFrame>? = received
            av_frame_free(&frame)
            throw MediaError.decodingFailed(source: name, reason: "out of memory")
        }
        var code = avcodec_parameters_to_context(context, parameters.video)
        context.pointee.pkt_timebase = timeBase90k
        context.pointee.thread_count = Int32(max(1, threads))
        // Frame threads would hold pictures back.
        context.pointee.thread_type = FF_THREAD_SLICE
        if code >= 0 { code = avcodec_open2(context, codec, nil) }
        guard code >= 0 else {
            avcodec_free_context(&made)
            var frame: UnsafeMutablePointer<AVFrame>? = received
            av_frame_free(&frame)
            throw MediaError.decodingFailed(source: name, reason: ffmpegMessage(code))
        }
        self.context = context
        self.received = received
    }

    deinit {
        var context: UnsafeMutablePointer<AVCodecContext>? = context
        avcodec_free_context(&context)
        var frame: UnsafeMutablePointer<AVFrame>? = received
        av_frame_free(&frame)
    }

    /// Feeds a packet and hands on the frames that are ready, in the order in which they are shown. Sound and damaged
    /// packets give none.
    public func decode(_ packet: Packet, _ body: (VideoFrame) throws -> Void) throws {
        guard packet.isVideo else { return }
        lastPacket = (packet.pts, packet.date)
        var code = avcodec_send_packet(context, packet.packet)
        if code == aw_error_again {
            try drain(body)
            code = avcodec_send_packet(context, packet.packet)
        }
        if code < 0 { damagedPackets += 1 }
        try drain(body)
    }

    /// Hands on what the decoder still holds; it can be fed from a key frame again.
    public func flush(_ body: (VideoFrame) throws -> Void) throws {
        avcodec_send_packet(context, nil)
        try drain(body)
        reset()
    }

    /// Forgets what was fed: the next packet must be a key frame.
    public func reset() {
        avcodec_flush_buffers(context)
        lastFramePTS = nil
    }

    private func drain(_ body: (VideoFrame) throws -> Void) throws {
        while true {
            let code = avcodec_receive_frame(context, received)
            if code == aw_error_again || code == aw_error_end { return }
            guard code >= 0 else {
                damagedPackets += 1
                return
            }
            if let frame = try take() { try body(frame) }
        }
    }

    /// The received frame as one of our own.
    private func take() throws -> VideoFrame? {
        defer { av_frame_unref(received) }
        guard received.pointee.width > 0, received.pointee.height > 0, let lastPacket else { return nil }
        let step = Int64(90_000 / max(1, parameters.info.framesPerSecond))
        let stamp = received.pointee.best_effort_timestamp.timestamp ?? received.pointee.pts.timestamp
        // Frames leave in the order in which they are shown, so their times rise.
        var pts = stamp ?? lastFramePTS.map { $0 + step } ?? lastPacket.pts.pts90k
        if let lastFramePTS, pts <= lastFramePTS { pts = lastFramePTS + 1 }
        lastFramePTS = pts
        let frame: UnsafeMutablePointer<AVFrame>
        if FrameConverter.isPlanar420(received.pointee.format) {
            guard let moved = av_frame_alloc() else { return nil }
            av_frame_move_ref(moved, received)
            frame = moved
        } else {
            let converter = converter ?? FrameConverter()
            self.converter = converter
            frame = try converter.planar420(received)
        }
        let time = MediaTime(epoch: lastPacket.pts.epoch, pts90k: pts)
        let later = Double(pts - lastPacket.pts.pts90k) / MediaTime.unitsPerSecond
        return VideoFrame(adopting: frame, time: time, date: lastPacket.date + later)
    }
}
