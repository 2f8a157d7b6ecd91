import Foundation

/// Reads how a photo is to be turned (Exif 2.3, tag 0x0112) from JPEG, PNG, WebP and TIFF, without decoding it.
enum ExifOrientation {
    /// - Returns: `.upright` where the picture says nothing, or something that isn't one of the eight.
    static func of(_ data: Data) -> FrameOrientation {
        let bytes = [UInt8](data)
        let start = bytes.prefix(12)
        if start.starts(with: [0xFF, 0xD8]) { return inJPEG(bytes) ?? .upright }
        if start.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return inPNG(bytes) ?? .upright }
        if start.starts(with: "RIFF".utf8), start.suffix(4).elementsEqual("WEBP".utf8) {
            return inWebP(bytes) ?? .upright
        }
        return inTIFF(bytes[...]) ?? .upright
    }

    /// In the application segments before the picture.
    private static func inJPEG(_ bytes: [UInt8]) -> FrameOrientation? {
        var index = 2
        while index + 4 <= bytes.count, bytes[index] == 0xFF {
            let marker = bytes[index + 1]
            if marker == 0xFF {
                index += 1
                continue
            }
            // The picture itself begins.
            if marker == 0xDA || marker == 0xD9 { return nil }
            let length = Int(bytes[index + 2]) << 8 | Int(bytes[index + 3])
            let end = index + 2 + length
            guard length >= 2, end <= bytes.count else { return nil }
            let content = bytes[(index + 4)..<end]
            if marker == 0xE1, content.starts(with: [0x45, 0x78, 0x69, 0x66, 0, 0]) {
                return inTIFF(content.dropFirst(6))
            }
            index = end
        }
        return nil
    }

    private static func inPNG(_ bytes: [UInt8]) -> FrameOrientation? {
        var index = 8
        while index + 12 <= bytes.count {
            let length = bytes[index..<index + 4].reduce(0) { $0 << 8 | Int($1) }
            guard index + 12 + length <= bytes.count else { return nil }
            if bytes[(index + 4)..<(index + 8)].elementsEqual("eXIf".utf8) {
                return inTIFF(bytes[(index + 8)..<(index + 8 + length)])
            }
            index += 12 + length
        }
        return nil
    }

    private static func inWebP(_ bytes: [UInt8]) -> FrameOrientation? {
        var index = 12
        while index + 8 <= bytes.count {
            let length = bytes[(index + 4)..<(index + 8)].reversed().reduce(0) { $0 << 8 | Int($1) }
            guard index + 8 + length <= bytes.count else { return nil }
            if bytes[index..<index + 4].elementsEqual("EXIF".utf8) {
                let content = bytes[(index + 8)..<(index + 8 + length)]
                return inTIFF(content.starts(with: "Exif".utf8) ? content.dropFirst(6) : content)
            }
            index += 8 + length + length % 2
        }
        return nil
    }

    /// The first directory of a TIFF structure: entries of 12 bytes, in either byte order.
    private static func inTIFF(_ tiff: ArraySlice<UInt8>) -> FrameOrientation? {
        let isLittle = tiff.starts(with: [0x49, 0x49, 0x2A, 0])
        guard isLittle || tiff.starts(with: [0x4D, 0x4D, 0, 0x2A]) else { return nil }
        func number(_ offset: Int, _ count: Int) -> Int? {
            guard offset >= 0, offset + count <= tiff.count else { return nil }
            let bytes = tiff[(tiff.startIndex + offset)..<(tiff.startIndex + offset + count)]
            return (isLittle ? Array(bytes.reversed()) : Array(bytes)).reduce(0) { $0 << 8 | Int($1) }
        }
        guard let directory = number(4, 4), let count = number(directory, 2) else { return nil }
        for entry in 0..<count {
            let offset = directory + 2 + entry * 12
            guard let tag = number(offset, 2) else { return nil }
            if tag == 0x0112 { return number(offset + 8, 2).flatMap(FrameOrientation.init(rawValue:)) }
        }
        return nil
    }
}
