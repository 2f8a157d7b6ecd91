internal import CTurboJPEG
import Domain
import Foundation

/// Pictures from JPEG, by libjpeg-turbo.
public enum JPEGDecoder {
    /// Larger ones are refused: a picture of a camera is smaller.
    private static let maxPixels = 64 << 20

    /// A picture, turned as its Exif notes say.
    /// - Throws: `MediaError.decodingFailed`.
    public static func image(_ jpeg: Data) throws -> RGBImage {
        guard let decoder = tjInitDecompress() else {
            throw MediaError.decodingFailed(source: "JPEG", reason: "out of memory")
        }
        defer { tjDestroy(decoder) }
        return try jpeg.withUnsafeBytes { raw in
            let bytes = raw.bindMemory(to: UInt8.self)
            var width: Int32 = 0, height: Int32 = 0, sampling: Int32 = 0, colours: Int32 = 0
            guard
                tjDecompressHeader3(
                    decoder, bytes.baseAddress, UInt(bytes.count), &width, &height, &sampling, &colours) == 0,
                width > 0, height > 0, Int(width) * Int(height) <= maxPixels
            else { throw MediaError.decodingFailed(source: "JPEG", reason: String(cString: tjGetErrorStr2(decoder))) }
            let size = FrameSize(width: Int(width), height: Int(height))
            var pixels = [UInt8](repeating: 0, count: size.area * 3)
            let code = tjDecompress2(
                decoder, bytes.baseAddress, UInt(bytes.count), &pixels, width, 0, height, Int32(TJPF_RGB.rawValue), 0)
            guard code == 0 else {
                throw MediaError.decodingFailed(source: "JPEG", reason: String(cString: tjGetErrorStr2(decoder)))
            }
            return ExifOrientation.of(jpeg).turned(RGBImage(size: size, pixels: pixels))
        }
    }

    /// As a frame.
    public static func frame(_ jpeg: Data, time: MediaTime) throws -> VideoFrame {
        try VideoFrame(image: image(jpeg), time: time)
    }
}
