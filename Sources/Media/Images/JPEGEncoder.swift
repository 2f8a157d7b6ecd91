internal import CTurboJPEG
import Domain
import Foundation

/// Pictures as JPEG, by libjpeg-turbo.
public enum JPEGEncoder {
    /// A frame as JPEG; wider ones are scaled down to `maxWidth` pixels.
    /// - Parameter quality: 1 to 100.
    /// - Throws: `MediaError.encodingFailed`.
    public static func encode(frame: VideoFrame, maxWidth: Int? = nil, quality: Int = 85) throws -> Data {
        var size = frame.size
        if let maxWidth, size.width > maxWidth, maxWidth > 0 {
            size = FrameSize(width: maxWidth, height: max(1, size.height * maxWidth / size.width))
        }
        var pixels: [UInt8] = []
        // By way of RGB: JPEG is full range, cameras mostly are not.
        FrameScaler().rgb(frame, width: size.width, height: size.height, into: &pixels)
        return try encode(RGBImage(size: size, pixels: pixels), quality: quality)
    }

    /// An RGB picture as JPEG.
    /// - Parameter quality: 1 to 100.
    /// - Throws: `MediaError.encodingFailed`.
    public static func encode(_ image: RGBImage, quality: Int = 85) throws -> Data {
        guard image.size.width > 0, image.size.height > 0, image.pixels.count >= image.size.area * 3 else {
            throw MediaError.encodingFailed(reason: "\(image.pixels.count) bytes are no \(image.size) RGB picture")
        }
        guard let encoder = tjInitCompress() else { throw MediaError.encodingFailed(reason: "no JPEG encoder") }
        defer { tjDestroy(encoder) }
        var buffer: UnsafeMutablePointer<UInt8>?
        var bytes: UInt = 0
        let code = tjCompress2(
            encoder, image.pixels, Int32(image.size.width), 0, Int32(image.size.height), Int32(TJPF_RGB.rawValue),
            &buffer,
            &bytes, Int32(TJSAMP_420.rawValue), Int32(min(100, max(1, quality))), 0)
        defer { tjFree(buffer) }
        guard code == 0, let buffer else {
            throw MediaError.encodingFailed(reason: String(cString: tjGetErrorStr2(encoder)))
        }
        return Data(bytes: buffer, count: Int(bytes))
    }
}
