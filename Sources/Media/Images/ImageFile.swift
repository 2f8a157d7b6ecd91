internal import CFFmpeg
internal import CFFmpegShim
import Domain
import Foundation

/// Still pictures in files: JPEG, PNG and what else FFmpeg reads.
public enum ImageFile {
    /// So far into a file Exif notes are looked for; those of PNG and WebP may stand at its end.
    private static let notesBytes = 64 << 20

    /// Reads a picture as RGB, turned as its Exif notes say, as every viewer shows it.
    /// - Parameter displayAspect: Width by height of the shown picture, where it was squeezed; nil takes it as it is.
    /// - Throws: `MediaError`.
    public static func read(_ path: String, displayAspect: Double? = nil) throws -> RGBImage {
        let orientation = orientation(path)
        let aspect = displayAspect.map { orientation.swapsSides ? 1 / $0 : $0 }
        let image = try withFirstFrame(path) { frame in
            let stored = FrameSize(width: Int(frame.pointee.width), height: Int(frame.pointee.height))
            let size = FrameShape(aspect: aspect, of: stored).squared(stored)
            var pixels: [UInt8] = []
            try repack(frame, to: AV_PIX_FMT_RGB24, width: size.width, channels: 3, into: &pixels, path)
            return RGBImage(size: size, pixels: pixels)
        }
        return orientation.turned(image)
    }

    private static func orientation(_ path: String) -> FrameOrientation {
        guard let file = FileHandle(forReadingAtPath: path), let bytes = try? file.read(upToCount: notesBytes) else {
            return .upright
        }
        return ExifOrientation.of(bytes)
    }

    /// Reads an annotation: one byte a pixel, the palette's index or the grey value as it stands in the file.
    /// - Throws: `MediaError`; `notAVideo` for pictures in colours.
    public static func readLabels(_ path: String) throws -> (size: FrameSize, labels: [UInt8]) {
        try withFirstFrame(path) { frame in
            let size = FrameSize(width: Int(frame.pointee.width), height: Int(frame.pointee.height))
            var labels: [UInt8] = []
            switch AVPixelFormat(frame.pointee.format) {
            case AV_PIX_FMT_PAL8, AV_PIX_FMT_GRAY8:
                labels = [UInt8](repeating: 0, count: size.area)
                let data = frame.pointee.data.0, stride = Int(frame.pointee.linesize.0)
                labels.withUnsafeMutableBufferPointer { out in
                    guard let base = out.baseAddress, let data else { return }
                    for row in 0..<size.height {
                        (base + row * size.width).update(from: data + row * stride, count: size.width)
                    }
                }
            case AV_PIX_FMT_MONOBLACK, AV_PIX_FMT_GRAY16BE, AV_PIX_FMT_GRAY16LE, AV_PIX_FMT_YA8, AV_PIX_FMT_YUVJ420P,
                AV_PIX_FMT_YUV420P, AV_PIX_FMT_RGB24, AV_PIX_FMT_RGBA:
                try repack(frame, to: AV_PIX_FMT_GRAY8, width: size.width, channels: 1, into: &labels, path)
            default: throw MediaError.notAVideo(source: path)
            }
            return (size, labels)
        }
    }

    /// Writes a picture as PNG: whole, or not at all.
    /// - Throws: `MediaError.cannotWrite`, `MediaError.encodingFailed`.
    public static func writePNG(_ image: RGBImage, to path: String) throws {
        try write(PNGEncoder.encode(image.pixels, size: image.size, channels: 3), to: path)
    }

    /// Writes one byte a pixel (`size.area` bytes, row by row) as a grey PNG: whole, or not at all.
    /// - Throws: `MediaError.cannotWrite`, `MediaError.encodingFailed`.
    public static func writePNG(gray: [UInt8], size: FrameSize, to path: String) throws {
        try write(PNGEncoder.encode(gray, size: size, channels: 1), to: path)
    }

    private static func write(_ data: Data, to path: String) throws {
        do {
            try data.write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw MediaError.cannotWrite(path: path, reason: FileErrorText.of(error))
        }
    }

    private static func withFirstFrame<R>(
        _ path: String, _ body: (UnsafeMutablePointer<AVFrame>) throws -> R
    ) throws -> R {
        let input = try InputContext(SourceOptions(url: path), clock: SystemClock(), cancellation: Cancellation())
        let index = av_find_best_stream(input.context, AVMEDIA_TYPE_VIDEO, -1, -1, nil, 0)
        guard index >= 0, let parameters = input.context.pointee.streams[Int(index)]?.pointee.codecpar,
            let codec = avcodec_find_decoder(parameters.pointee.codec_id)
        else { throw MediaError.noVideoStream(source: path) }
        var context = avcodec_alloc_context3(codec)
        var packet = av_packet_alloc()
        var frame = av_frame_alloc()
        defer {
            avcodec_free_context(&context)
            av_packet_free(&packet)
            av_frame_free(&frame)
        }
        guard let context, let packet, let frame, avcodec_parameters_to_context(context, parameters) >= 0,
            avcodec_open2(context, codec, nil) >= 0
        else { throw MediaError.decodingFailed(source: path, reason: "no decoder") }
        while try input.read(into: packet) {
            defer { av_packet_unref(packet) }
            guard packet.pointee.stream_index == index else { continue }
            guard avcodec_send_packet(context, packet) >= 0 else { continue }
            if avcodec_receive_frame(context, frame) >= 0 { return try body(frame) }
        }
        avcodec_send_packet(context, nil)
        if avcodec_receive_frame(context, frame) >= 0 { return try body(frame) }
        throw MediaError.decodingFailed(source: path, reason: "the picture is damaged or breaks off")
    }

    /// The frame in a packed format without row padding.
    private static func repack(
        _ frame: UnsafeMutablePointer<AVFrame>, to format: AVPixelFormat, width: Int, channels: Int,
        into pixels: inout [UInt8],
        _ path: String
    ) throws {
        let height = frame.pointee.height
        let (source, isFull) = FrameConverter.plain(frame.pointee.format, frame.pointee.color_range)
        let flags = SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT
        guard
            let scaler = sws_getContext(
                frame.pointee.width, height, source, Int32(clamping: width), height, format, flags, nil, nil, nil)
        else {
            throw MediaError.decodingFailed(source: path, reason: "unknown pixel format")
        }
        defer { sws_freeContext(scaler) }
        let table = sws_getCoefficients(SWS_CS_DEFAULT)
        sws_setColorspaceDetails(scaler, table, isFull ? 1 : 0, table, 1, 0, 1 << 16, 1 << 16)
        let row = width * channels
        let stride = (row + 63) / 64 * 64
        // swscale writes whole vectors beyond a row's end.
        var padded = [UInt8](repeating: 0, count: stride * Int(height) + 64)
        let done = padded.withUnsafeMutableBufferPointer {
            aw_scale_to_packed(scaler, frame, $0.baseAddress, Int32(stride))
        }
        guard done > 0 else { throw MediaError.decodingFailed(source: path, reason: "the picture can't be converted") }
        pixels = []
        pixels.reserveCapacity(row * Int(height))
        for line in 0..<Int(height) { pixels.append(contentsOf: padded[line * stride..<line * stride + row]) }
    }
}

/// A picture in memory: red, green, blue, one byte each, row by row.
public struct RGBImage: Hashable, Sendable {
    public var size: FrameSize
    /// `size.area * 3` bytes.
    public var pixels: [UInt8]

    public init(size: FrameSize, pixels: [UInt8]) {
        self.size = size
        self.pixels = pixels
    }

    /// A picture of one colour.
    public init(size: FrameSize, red: UInt8 = 0, green: UInt8 = 0, blue: UInt8 = 0) {
        self.size = size
        pixels = []
        pixels.reserveCapacity(size.area * 3)
        for _ in 0..<size.area { pixels.append(contentsOf: [red, green, blue]) }
    }
}

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
