internal import CFFmpeg
internal import CFFmpegShim
import Domain
import Foundation

/// PNG by libavcodec.
enum PNGEncoder {
    /// - Parameter channels: 1 (grey) or 3 (RGB), one byte each, row by row.
    static func encode(_ pixels: [UInt8], size: FrameSize, channels: Int) throws -> Data {
        FFmpegLog.silence()
        guard size.width > 0, size.height > 0, pixels.count >= size.area * channels else {
            throw MediaError.encodingFailed(
                reason: "\(pixels.count) bytes are no picture of \(size) with \(channels) channels")
        }
        var context = avcodec_alloc_context3(avcodec_find_encoder(AV_CODEC_ID_PNG))
        var frame = av_frame_alloc()
        var packet = av_packet_alloc()
        defer {
            avcodec_free_context(&context)
            av_frame_free(&frame)
            av_packet_free(&packet)
        }
        guard let context, let frame, let packet else { throw MediaError.encodingFailed(reason: "no PNG encoder") }
        let format = channels == 1 ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_RGB24
        context.pointee.width = Int32(size.width)
        context.pointee.height = Int32(size.height)
        context.pointee.pix_fmt = format
        context.pointee.time_base = AVRational(num: 1, den: 25)
        context.pointee.compression_level = 3
        frame.pointee.width = Int32(size.width)
        frame.pointee.height = Int32(size.height)
        frame.pointee.format = format.rawValue
        var code = avcodec_open2(context, nil, nil)
        if code >= 0 { code = av_frame_get_buffer(frame, 0) }
        guard code >= 0, let target = frame.pointee.data.0 else {
            throw MediaError.encodingFailed(reason: ffmpegMessage(code))
        }
        let row = size.width * channels, stride = Int(frame.pointee.linesize.0)
        pixels.withUnsafeBufferPointer { source in
            guard let source = source.baseAddress else { return }
            for line in 0..<size.height { (target + line * stride).update(from: source + line * row, count: row) }
        }
        code = avcodec_send_frame(context, frame)
        if code >= 0 { code = avcodec_receive_packet(context, packet) }
        guard code >= 0, let data = packet.pointee.data else {
            throw MediaError.encodingFailed(reason: ffmpegMessage(code))
        }
        return Data(bytes: data, count: Int(packet.pointee.size))
    }
}
