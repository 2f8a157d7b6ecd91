internal import CFFmpeg
internal import CFFmpegShim
import Domain

/// Brings decoded frames into the form in which the rest of the program wants them: planar 4:2:0 of 8 bits, square
/// pixels, upright.
final class FrameConverter {
    private var context: OpaquePointer?

    deinit { sws_freeContext(context) }

    static func isPlanar420(_ format: Int32) -> Bool {
        format == AV_PIX_FMT_YUV420P.rawValue || format == AV_PIX_FMT_YUVJ420P.rawValue
    }

    /// A converted and scaled copy; the caller owns it.
    func planar420(
        _ source: UnsafeMutablePointer<AVFrame>, size: FrameSize
    ) throws -> UnsafeMutablePointer<AVFrame> {
        let target = try VideoFrame.allocate(size)
        do {
            try convert(source, to: target)
            return target
        } catch {
            var made: UnsafeMutablePointer<AVFrame>? = target
            av_frame_free(&made)
            throw error
        }
    }

    /// A turned copy of a planar 4:2:0 frame; the caller owns it.
    func turned(
        _ source: UnsafeMutablePointer<AVFrame>, _ orientation: FrameOrientation
    ) throws -> UnsafeMutablePointer<AVFrame> {
        let size = FrameSize(width: Int(source.pointee.width), height: Int(source.pointee.height))
        let target = try VideoFrame.allocate(orientation.shown(size))
        av_frame_copy_props(target, source)
        let chroma = FrameSize(width: (size.width + 1) / 2, height: (size.height + 1) / 2)
        let from = source.pointee.data, fromStride = source.pointee.linesize
        let to = target.pointee.data, toStride = target.pointee.linesize
        for (plane, stride, out, outStride, size) in [
            (from.0, fromStride.0, to.0, toStride.0, size), (from.1, fromStride.1, to.1, toStride.1, chroma),
            (from.2, fromStride.2, to.2, toStride.2, chroma),
        ] {
            guard let plane, let out else { continue }
            orientation.turn(plane, stride: Int(stride), size: size, to: out, targetStride: Int(outStride))
        }
        if AVPixelFormat(source.pointee.format) == AV_PIX_FMT_YUVJ420P {
            target.pointee.color_range = AVCOL_RANGE_JPEG
        }
        return target
    }

    private func convert(_ source: UnsafeMutablePointer<AVFrame>, to target: UnsafeMutablePointer<AVFrame>) throws {
        let (format, isFullRange) = Self.plain(source.pointee.format, source.pointee.color_range)
        context = sws_getCachedContext(
            context, source.pointee.width, source.pointee.height, format, target.pointee.width, target.pointee.height,
            AV_PIX_FMT_YUV420P, SWS_BILINEAR, nil, nil, nil)
        guard let context else {
            throw MediaError.decodingFailed(source: "video", reason: "pixel format \(source.pointee.format) is unknown")
        }
        let table = sws_getCoefficients(SWS_CS_DEFAULT)
        // Luma keeps its range: only its layout is to change. RGB has no range and becomes a camera's.
        let description = av_pix_fmt_desc_get(format)
        let isRGB = (description?.pointee.flags ?? 0) & UInt64(AV_PIX_FMT_FLAG_RGB) != 0
        let outRange: Int32 = isFullRange && !isRGB ? 1 : 0
        sws_setColorspaceDetails(context, table, isFullRange ? 1 : 0, table, outRange, 0, 1 << 16, 1 << 16)
        av_frame_copy_props(target, source)
        target.pointee.color_range = outRange == 1 ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG
        if isRGB { target.pointee.colorspace = AVCOL_SPC_UNSPECIFIED }
        let code = aw_scale_frame(context, source, target)
        guard code >= 0 else { throw MediaError.decodingFailed(source: "video", reason: ffmpegMessage(code)) }
    }

    /// The deprecated "J" formats are the plain ones in full range.
    static func plain(_ format: Int32, _ range: AVColorRange) -> (AVPixelFormat, Bool) {
        let isFull = range == AVCOL_RANGE_JPEG
        switch AVPixelFormat(format) {
        case AV_PIX_FMT_YUVJ420P: return (AV_PIX_FMT_YUV420P, true)
        case AV_PIX_FMT_YUVJ422P: return (AV_PIX_FMT_YUV422P, true)
        case AV_PIX_FMT_YUVJ444P: return (AV_PIX_FMT_YUV444P, true)
        case AV_PIX_FMT_YUVJ440P: return (AV_PIX_FMT_YUV440P, true)
        case AV_PIX_FMT_YUVJ411P: return (AV_PIX_FMT_YUV411P, true)
        case let other: return (other, isFull)
        }
    }
}
