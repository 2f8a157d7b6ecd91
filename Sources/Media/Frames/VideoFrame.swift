internal import CFFmpeg
import Domain
import Foundation

/// One decoded picture: 8 bits, 4:2:0, planes as the decoder wrote them. Immutable; handing it on copies nothing.
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

    /// Takes the frame over; it must be of a format that `PixelFormat.isPlanar420` accepts.
    init(adopting frame: UnsafeMutablePointer<AVFrame>, time: MediaTime, date: Date) {
        self.frame = frame
        self.time = time
        self.date = date
        size = FrameSize(width: Int(frame.pointee.width), height: Int(frame.pointee.height))
        isKeyFrame = frame.pointee.key_frame != 0
        isFullRange =
            frame.pointee.color_range == AVCOL_RANGE_JPEG || AVPixelFormat(frame.pointee.format) == AV_PIX_FMT_YUVJ420P
    }

    deinit {
        var frame: UnsafeMutablePointer<AVFrame>? = frame
        av_frame_free(&frame)
    }

    /// Lends the luma plane: `stride` bytes a row, of which the first `size.width` count.
    public func withLuma<R>(_ body: (_ luma: UnsafeBufferPointer<UInt8>, _ stride: Int) throws -> R) rethrows -> R {
        let stride = Int(frame.pointee.linesize.0)
        let count = size.height > 0 ? stride * (size.height - 1) + size.width : 0
        return try body(UnsafeBufferPointer(start: frame.pointee.data.0, count: count), stride)
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
}
