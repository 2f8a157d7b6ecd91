internal import CFFmpeg
internal import CFFmpegShim
import Domain
import Foundation

/// How a stored frame or photo is turned for showing: the eight ways of Exif, with Exif's numbers.
enum FrameOrientation: Int, CaseIterable, Sendable {
    case upright = 1
    case mirrored = 2
    case upsideDown = 3
    case flipped = 4
    /// Rows become columns.
    case transposed = 5
    /// A quarter clockwise.
    case quarterRight = 6
    case transverse = 7
    /// A quarter anticlockwise.
    case quarterLeft = 8

    /// Width and height change places.
    var swapsSides: Bool { rawValue >= 5 }

    /// Where a stored point (x, y) is shown, but for the shift: (a x + c y, b x + d y), y downwards.
    private var matrix: (a: Double, b: Double, c: Double, d: Double) {
        switch self {
        case .upright: (1, 0, 0, 1)
        case .mirrored: (-1, 0, 0, 1)
        case .upsideDown: (-1, 0, 0, -1)
        case .flipped: (1, 0, 0, -1)
        case .transposed: (0, 1, 1, 0)
        case .quarterRight: (0, 1, -1, 0)
        case .transverse: (0, -1, -1, 0)
        case .quarterLeft: (0, -1, 1, 0)
        }
    }

    /// The nearest to a display matrix (ISO/IEC 14496-12, 6.2.2: nine numbers, of which 0, 1, 3 and 4 turn).
    init(displayMatrix: UnsafePointer<Int32>) {
        let (a, b) = (Double(displayMatrix[0]), Double(displayMatrix[1]))
        let (c, d) = (Double(displayMatrix[3]), Double(displayMatrix[4]))
        var best = (orientation: FrameOrientation.upright, likeness: 0.0)
        for one in Self.allCases {
            let likeness = one.matrix.a * a + one.matrix.b * b + one.matrix.c * c + one.matrix.d * d
            if likeness > best.likeness { best = (one, likeness) }
        }
        self = best.orientation
    }

    /// The nine numbers of a display matrix, as players read them.
    var displayMatrix: [Int32] {
        func fixed(_ value: Double) -> Int32 { Int32(value) << 16 }
        let (a, b, c, d) = matrix
        return [fixed(a), fixed(b), 0, fixed(c), fixed(d), 0, 0, 0, 1 << 30]
    }

    /// Where to read the pixels of a turned frame: that of its first one, and how far on to the next to the right and
    /// to the next below.
    private func steps(width: Int, height: Int, pixel: Int, stride: Int) -> (first: Int, right: Int, below: Int) {
        let startsRight = [.mirrored, .upsideDown, .transverse, .quarterLeft].contains(self)
        let startsBelow = [.upsideDown, .flipped, .quarterRight, .transverse].contains(self)
        let first = (startsRight ? (width - 1) * pixel : 0) + (startsBelow ? (height - 1) * stride : 0)
        let across = startsRight ? -pixel : pixel, down = startsBelow ? -stride : stride
        return swapsSides ? (first, down, across) : (first, across, down)
    }

    /// Turns a plane of one byte a pixel.
    /// - Parameters:
    ///   - size: Of the stored plane.
    ///   - target: Has `size` with its sides in the shown order.
    func turn(
        _ source: UnsafePointer<UInt8>, stride: Int, size: FrameSize, to target: UnsafeMutablePointer<UInt8>,
        targetStride: Int
    ) {
        let (first, right, below) = steps(width: size.width, height: size.height, pixel: 1, stride: stride)
        let width = swapsSides ? size.height : size.width, height = swapsSides ? size.width : size.height
        // In tiles, so that columns are read from the cache.
        let tile = 32
        for top in Swift.stride(from: 0, to: height, by: tile) {
            for left in Swift.stride(from: 0, to: width, by: tile) {
                for row in top..<min(height, top + tile) {
                    var from = source + first + row * below + left * right
                    let out = target + row * targetStride
                    for column in left..<min(width, left + tile) {
                        out[column] = from.pointee
                        from += right
                    }
                }
            }
        }
    }

    /// A turned copy of an image.
    func turned(_ image: RGBImage) -> RGBImage {
        guard self != .upright, image.pixels.count >= image.size.area * 3 else { return image }
        let size = shown(image.size)
        let (first, right, below) = steps(
            width: image.size.width, height: image.size.height, pixel: 3, stride: image.size.width * 3)
        var pixels = [UInt8](repeating: 0, count: size.area * 3)
        image.pixels.withUnsafeBufferPointer { source in
            pixels.withUnsafeMutableBufferPointer { target in
                var index = 0
                for row in 0..<size.height {
                    for column in 0..<size.width {
                        let from = first + row * below + column * right
                        for channel in 0..<3 { target[index + channel] = source[from + channel] }
                        index += 3
                    }
                }
            }
        }
        return RGBImage(size: size, pixels: pixels)
    }

    /// The size in which a frame of `size` is shown.
    func shown(_ size: FrameSize) -> FrameSize {
        swapsSides ? FrameSize(width: size.height, height: size.width) : size
    }
}

/// How stored pixels become the shown frame: their shape, and then the turn.
struct FrameShape: Hashable, Sendable {
    /// Width of a pixel by its height; nil where nobody says.
    var pixelAspect: Double?
    /// nil where nobody says.
    var orientation: FrameOrientation?

    init(pixelAspect: Double? = nil, orientation: FrameOrientation? = nil) {
        self.pixelAspect = pixelAspect
        self.orientation = orientation
    }

    /// - Parameter aspect: Width by height of the whole frame of `stored` pixels, before it is turned.
    init(aspect: Double?, of stored: FrameSize) {
        guard let aspect, stored.width > 0, stored.height > 0 else { return }
        pixelAspect = Self.plausible(aspect * Double(stored.height) / Double(stored.width))
    }

    /// The size of the pixels made square, not turned yet; the height stays.
    func squared(_ size: FrameSize) -> FrameSize {
        guard let aspect = Self.plausible(pixelAspect) else { return size }
        let width = (Double(size.width) * aspect / 2).rounded() * 2
        // What differs by a hundredth looks the same.
        guard width >= 2, width <= 16_384, abs(width - Double(size.width)) > Double(size.width) / 100 else {
            return size
        }
        return FrameSize(width: Int(width), height: size.height)
    }

    func shown(_ size: FrameSize) -> FrameSize { (orientation ?? .upright).shown(squared(size)) }

    /// Pixels are somewhat wide or high; a ratio of 1:1000 is a mistake of who wrote it.
    static func plausible(_ aspect: Double?) -> Double? {
        guard let aspect, aspect.isFinite, aspect >= 0.1, aspect <= 10 else { return nil }
        return aspect
    }

    static func aspect(_ ratio: AVRational) -> Double? {
        ratio.num > 0 && ratio.den > 0 ? plausible(Double(ratio.num) / Double(ratio.den)) : nil
    }
}

/// Reads how a photo is to be turned (Exif 2.3, tag 0x0112) from JPEG, PNG, WebP and TIFF, without decoding it.
enum ExifOrientation {
    /// - Returns: `.upright` where the photo says nothing, or something that isn't one of the eight.
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

    /// In the application segments before the image data.
    private static func inJPEG(_ bytes: [UInt8]) -> FrameOrientation? {
        var index = 2
        while index + 4 <= bytes.count, bytes[index] == 0xFF {
            let marker = bytes[index + 1]
            if marker == 0xFF {
                index += 1
                continue
            }
            // The image data begins.
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
