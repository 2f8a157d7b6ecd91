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

/// Reads a JPEG picture's size from its frame header (ITU-T T.81, B.2.2), without decoding it.
enum JPEGHeader {
    /// - Returns: nil when there is no frame header among the markers.
    static func frameSize(_ bytes: UnsafeBufferPointer<UInt8>) -> FrameSize? {
        var index = 2
        guard bytes.count > 4, bytes[0] == 0xFF, bytes[1] == 0xD8 else { return nil }
        while index + 9 < bytes.count {
            guard bytes[index] == 0xFF else { return nil }
            let marker = bytes[index + 1]
            // Fill bytes, and markers without a length.
            if marker == 0xFF || marker == 0x01 || (0xD0...0xD8).contains(marker) {
                index += marker == 0xFF ? 1 : 2
                continue
            }
            if (0xC0...0xCF).contains(marker), marker != 0xC4, marker != 0xC8, marker != 0xCC {
                let height = Int(bytes[index + 5]) << 8 | Int(bytes[index + 6])
                let width = Int(bytes[index + 7]) << 8 | Int(bytes[index + 8])
                return width > 0 && height > 0 ? FrameSize(width: width, height: height) : nil
            }
            // The picture itself begins.
            if marker == 0xDA { return nil }
            index += 2 + (Int(bytes[index + 2]) << 8 | Int(bytes[index + 3]))
        }
        return nil
    }
}
