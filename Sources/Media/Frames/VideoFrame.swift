internal import CFFmpeg
internal import CFFmpegShim
import Domain
import Foundation

/// One decoded frame as it is shown: 8 bits, 4:2:0, square pixels, upright. Immutable; handing it on copies nothing.
public final class VideoFrame: @unchecked Sendable {
    // Sendable unchecked: never changed after init, and FFmpeg counts references to the planes atomically.
    let frame: UnsafeMutablePointer<AVFrame>
    public let size: FrameSize
    /// When it is shown.
    public let time: MediaTime
    /// The time of day of `time`.
    public let date: Date
    public let isKeyFrame: Bool
    /// Luma covers 0 to 255 (JPEG) instead of 16 to 235 (most cameras).
    public let isFullRange: Bool
    /// Parts of it are missing or were made up by the decoder, in this frame or in one that it was predicted from. What
    /// it shows is not what was there.
    public let isDamaged: Bool
    /// What lies between this frame and the one handed on before it.
    public let continuity: Continuity

    /// What lies between a frame and the one handed on before it.
    public enum Continuity: Hashable, Sendable {
        /// Nothing, as far as is known.
        case next
        /// Frames that were left undecoded since nothing happened. It is the first of those that are decoded again.
        case resumed
        /// The same, and what follows is left undecoded too.
        case alone
    }

    /// Takes the frame over; it must be of a format that `FrameConverter.isPlanar420` accepts.
    init(
        adopting frame: UnsafeMutablePointer<AVFrame>, time: MediaTime, date: Date, isDamaged: Bool = false,
        continuity: Continuity = .next
    ) {
        self.frame = frame
        self.continuity = continuity
        self.time = time
        self.date = date
        self.isDamaged = isDamaged
        size = FrameSize(width: Int(frame.pointee.width), height: Int(frame.pointee.height))
        isKeyFrame = frame.pointee.key_frame != 0
        isFullRange =
            frame.pointee.color_range == AVCOL_RANGE_JPEG || AVPixelFormat(frame.pointee.format) == AV_PIX_FMT_YUVJ420P
    }

    deinit {
        var frame: UnsafeMutablePointer<AVFrame>? = frame
        av_frame_free(&frame)
    }

    // MARK: - Planes

    /// Lends the luma plane: `stride` bytes a row, of which the first `size.width` count.
    public func withLuma<R>(_ body: (_ luma: UnsafeBufferPointer<UInt8>, _ stride: Int) throws -> R) rethrows -> R {
        let plane = Self.plane(frame.pointee.data.0, frame.pointee.linesize.0, size)
        return try body(plane.bytes, plane.stride)
    }

    /// A plane and the bytes from one of its rows to the next.
    public struct Plane {
        public let bytes: UnsafeBufferPointer<UInt8>
        public let stride: Int
    }

    /// Lends the three planes; U and V have half the width and height, rounded up.
    public func withPlanes<R>(_ body: (_ y: Plane, _ u: Plane, _ v: Plane) throws -> R) rethrows -> R {
        let data = frame.pointee.data, stride = frame.pointee.linesize
        let chroma = FrameSize(width: (size.width + 1) / 2, height: (size.height + 1) / 2)
        return try body(
            Self.plane(data.0, stride.0, size), Self.plane(data.1, stride.1, chroma),
            Self.plane(data.2, stride.2, chroma))
    }

    private static func plane(_ data: UnsafeMutablePointer<UInt8>?, _ stride: Int32, _ size: FrameSize) -> Plane {
        let count = size.height > 0 ? Int(stride) * (size.height - 1) + size.width : 0
        return Plane(bytes: UnsafeBufferPointer(start: data, count: count), stride: Int(stride))
    }

    // MARK: - Making

    /// A frame made from pixels: RGB interleaved, row by row, `image.size.area * 3` bytes. Limited range, BT.601.
    /// - Throws: `MediaError.encodingFailed` when the pixels don't fit the size.
    public convenience init(
        image: RGBImage, time: MediaTime = MediaTime(pts90k: 0), date: Date = Date(timeIntervalSince1970: 0)
    ) throws {
        guard image.pixels.count >= image.size.area * 3 else {
            throw MediaError.encodingFailed(reason: "\(image.pixels.count) bytes are no \(image.size) RGB picture")
        }
        FFmpegLog.silence()
        let frame = try Self.allocate(image.size)
        let code = image.pixels.withUnsafeBufferPointer { pixels -> Int32 in
            let width = frame.pointee.width, height = frame.pointee.height
            guard
                let scaler = sws_getContext(
                    width, height, AV_PIX_FMT_RGB24, width, height, AV_PIX_FMT_YUV420P,
                    SWS_BILINEAR | SWS_ACCURATE_RND, nil, nil, nil)
            else { return -ENOMEM }
            defer { sws_freeContext(scaler) }
            return aw_scale_packed(scaler, pixels.baseAddress, width * 3, height, frame)
        }
        guard code >= 0 else {
            var failed: UnsafeMutablePointer<AVFrame>? = frame
            av_frame_free(&failed)
            throw MediaError.encodingFailed(reason: ffmpegMessage(code))
        }
        self.init(adopting: frame, time: time, date: date)
    }

    /// A grey frame from its luma plane, `size.area` bytes row by row, taken as they are.
    /// - Throws: `MediaError.encodingFailed` when the bytes don't fit the size.
    public convenience init(
        luma: [UInt8], size: FrameSize, time: MediaTime = MediaTime(pts90k: 0),
        date: Date = Date(timeIntervalSince1970: 0), isDamaged: Bool = false, continuity: Continuity = .next
    ) throws {
        guard size.width > 0, size.height > 0, luma.count >= size.area else {
            throw MediaError.encodingFailed(reason: "\(luma.count) bytes are no \(size) grey picture")
        }
        let frame = try Self.allocate(size)
        let data = frame.pointee.data, stride = frame.pointee.linesize
        luma.withUnsafeBufferPointer { source in
            guard let from = source.baseAddress, let to = data.0 else { return }
            for row in 0..<size.height {
                (to + row * Int(stride.0)).update(from: from + row * size.width, count: size.width)
            }
        }
        let chromaRows = (size.height + 1) / 2
        data.1?.update(repeating: 128, count: Int(stride.1) * chromaRows)
        data.2?.update(repeating: 128, count: Int(stride.2) * chromaRows)
        self.init(adopting: frame, time: time, date: date, isDamaged: isDamaged, continuity: continuity)
    }

    /// The same picture at another time; the pixels are shared, not copied.
    /// - Throws: `MediaError.encodingFailed` when there is no memory.
    public func shown(at time: MediaTime, date: Date) throws -> VideoFrame {
        guard let copy = av_frame_clone(frame) else {
            throw MediaError.encodingFailed(reason: "no memory for a frame of \(size)")
        }
        return VideoFrame(adopting: copy, time: time, date: date, isDamaged: isDamaged, continuity: continuity)
    }

    /// An empty 4:2:0 frame with planes of its own.
    static func allocate(_ size: FrameSize) throws -> UnsafeMutablePointer<AVFrame> {
        guard size.width > 0, size.height > 0, size.width <= 16384, size.height <= 16384, let frame = av_frame_alloc()
        else { throw MediaError.encodingFailed(reason: "no frame of \(size) pixels") }
        frame.pointee.format = AV_PIX_FMT_YUV420P.rawValue
        frame.pointee.width = Int32(size.width)
        frame.pointee.height = Int32(size.height)
        frame.pointee.color_range = AVCOL_RANGE_MPEG
        let code = av_frame_get_buffer(frame, 0)
        guard code >= 0 else {
            var failed: UnsafeMutablePointer<AVFrame>? = frame
            av_frame_free(&failed)
            throw MediaError.encodingFailed(reason: ffmpegMessage(code))
        }
        return frame
    }
}
