internal import CFFmpeg
import Domain
import Foundation

extension VideoFrame {
    /// A picture made from pixels: RGB interleaved, row by row, `image.size.area * 3` bytes. Limited range, BT.601.
    /// - Throws: `MediaError.encodingFailed` when the pixels don't fit the size.
    public convenience init(
        image: RGBImage, time: MediaTime = MediaTime(pts90k: 0), date: Date = Date(timeIntervalSince1970: 0)
    ) throws {
        guard image.pixels.count >= image.size.area * 3 else {
            throw MediaError.encodingFailed(reason: "\(image.pixels.count) bytes are no \(image.size) RGB picture")
        }
        let frame = try Self.allocate(image.size)
        let code = image.pixels.withUnsafeBufferPointer { pixels in
            Self.convert(
                from: pixels.baseAddress, stride: Int32(image.size.width * 3), format: AV_PIX_FMT_RGB24, to: frame)
        }
        guard code >= 0 else {
            var failed: UnsafeMutablePointer<AVFrame>? = frame
            av_frame_free(&failed)
            throw MediaError.encodingFailed(reason: ffmpegMessage(code))
        }
        self.init(adopting: frame, time: time, date: date)
    }

    /// A grey picture from its luma plane, `size.area` bytes row by row, taken as they are.
    /// - Throws: `MediaError.encodingFailed` when the bytes don't fit the size.
    public convenience init(
        luma: [UInt8], size: FrameSize, time: MediaTime = MediaTime(pts90k: 0),
        date: Date = Date(timeIntervalSince1970: 0)
    ) throws {
        guard luma.count >= size.area, size.area > 0 else {
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
        self.init(adopting: frame, time: time, date: date)
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

    /// Packed pixels into the planes of `frame`, at the same size.
    private static func convert(
        from pixels: UnsafePointer<UInt8>?, stride: Int32, format: AVPixelFormat,
        to frame: UnsafeMutablePointer<AVFrame>
    ) -> Int32 {
        FFmpegLog.silence()
        guard let source = av_frame_alloc() else { return -ENOMEM }
        defer {
            var source: UnsafeMutablePointer<AVFrame>? = source
            av_frame_free(&source)
        }
        let width = frame.pointee.width, height = frame.pointee.height
        source.pointee.data.0 = UnsafeMutablePointer(mutating: pixels)
        source.pointee.linesize.0 = stride
        let flags = SWS_BILINEAR | SWS_ACCURATE_RND
        guard
            let scaler = sws_getContext(
                width, height, format, width, height, AV_PIX_FMT_YUV420P, flags, nil, nil, nil)
        else { return -ENOMEM }
        defer { sws_freeContext(scaler) }
        return withUnsafePointer(to: source.pointee.data) { data in
            data.withMemoryRebound(to: UnsafePointer<UInt8>?.self, capacity: 8) { planes in
                withUnsafePointer(to: source.pointee.linesize) { strides in
                    strides.withMemoryRebound(to: Int32.self, capacity: 8) { strides in
                        withUnsafePointer(to: frame.pointee.data) { out in
                            out.withMemoryRebound(to: UnsafeMutablePointer<UInt8>?.self, capacity: 8) { outPlanes in
                                withUnsafePointer(to: frame.pointee.linesize) { outStrides in
                                    outStrides.withMemoryRebound(to: Int32.self, capacity: 8) { outStrides in
                                        sws_scale(scaler, planes, strides, 0, height, outPlanes, outStrides)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
