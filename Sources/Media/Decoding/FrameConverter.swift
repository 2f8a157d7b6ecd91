internal import CFFmpeg
internal import CFFmpegShim
import Domain

/// Brings other pixel formats (4:2:2, 10 bits, NV12, RGB) to planar 4:2:0 of 8 bits.
final class FrameConverter {
    private var context: OpaquePointer?

    deinit { sws_freeContext(context) }

    static func isPlanar420(_ format: Int32) -> Bool {
        format == AV_PIX_FMT_YUV420P.rawValue || format == AV_PIX_FMT_YUVJ420P.rawValue
    }

    /// A converted copy; the caller owns it.
    func planar420(_ source: UnsafeMutablePointer<AVFrame>) throws -> UnsafeMutablePointer<AVFrame> {
        let size = FrameSize(width: Int(source.pointee.width), height: Int(source.pointee.height))
        let target = try VideoFrame.allocate(size)
        var made: UnsafeMutablePointer<AVFrame>? = target
        let (format, isFullRange) = Self.plain(source.pointee.format, source.pointee.color_range)
        context = sws_getCachedContext(
            context, source.pointee.width, source.pointee.height, format, source.pointee.width, source.pointee.height,
            AV_PIX_FMT_YUV420P, SWS_BILINEAR, nil, nil, nil)
        guard let context else {
            av_frame_free(&made)
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
        let code = withUnsafePointer(to: source.pointee.data) { data in
            data.withMemoryRebound(to: UnsafePointer<UInt8>?.self, capacity: 8) { planes in
                withUnsafePointer(to: source.pointee.linesize) { strides in
                    strides.withMemoryRebound(to: Int32.self, capacity: 8) { strides in
                        scale(context, planes, strides, source.pointee.height, target)
                    }
                }
            }
        }
        guard code >= 0 else {
            av_frame_free(&made)
            throw MediaError.decodingFailed(source: "video", reason: ffmpegMessage(code))
        }
        return target
    }

    private func scale(
        _ context: OpaquePointer, _ planes: UnsafePointer<UnsafePointer<UInt8>?>, _ strides: UnsafePointer<Int32>,
        _ height: Int32, _ target: UnsafeMutablePointer<AVFrame>
    ) -> Int32 {
        withUnsafePointer(to: target.pointee.data) { data in
            data.withMemoryRebound(to: UnsafeMutablePointer<UInt8>?.self, capacity: 8) { outPlanes in
                withUnsafePointer(to: target.pointee.linesize) { outStrides in
                    outStrides.withMemoryRebound(to: Int32.self, capacity: 8) { outStrides in
                        sws_scale(context, planes, strides, 0, height, outPlanes, outStrides)
                    }
                }
            }
        }
    }

    /// The deprecated "J" formats are the plain ones in full range.
    static func plain(_ format: Int32, _ range: AVColorRange) -> (AVPixelFormat, Bool) {
        let isFull = range == AVCOL_RANGE_JPEG
        switch AVPixelFormat(format) {
        case AV_PIX_FMT_YUVJ422P: return (AV_PIX_FMT_YUV422P, true)
        case AV_PIX_FMT_YUVJ444P: return (AV_PIX_FMT_YUV444P, true)
        case AV_PIX_FMT_YUVJ440P: return (AV_PIX_FMT_YUV440P, true)
        case AV_PIX_FMT_YUVJ411P: return (AV_PIX_FMT_YUV411P, true)
        case let other: return (other, isFull)
        }
    }
}
