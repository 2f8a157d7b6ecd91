import CMotion
import Foundation

/// A frame-sized buffer that is allocated once and freed with its owner. Row by row, without padding.
final class Plane<Element: BitwiseCopyable> {
    let width: Int
    let height: Int
    let pixels: UnsafeMutablePointer<Element>

    init(width: Int, height: Int, filledWith value: Element) {
        self.width = width
        self.height = height
        pixels = .allocate(capacity: max(1, width * height))
        pixels.initialize(repeating: value, count: max(1, width * height))
    }

    deinit { pixels.deallocate() }

    var count: Int { width * height }

    func fill(_ value: Element) { pixels.update(repeating: value, count: count) }

    /// Takes over the pixels of a plane of the same size.
    func copy(from other: Plane<Element>) { pixels.update(from: other.pixels, count: min(count, other.count)) }
}

/// Brightness as the motion detector reckons with it: whole 64ths of a grey level (`CM_LEVEL`), in 16 bits.
extension Int16 {
    /// In grey levels.
    @inline(__always)
    var greyLevels: Float { Float(self) * (1 / Float(CM_LEVEL)) }
}

extension Plane where Element: FixedWidthInteger {
    /// Sets all to 0.
    func clear() { memset(pixels, 0, count * MemoryLayout<Element>.stride) }
}

extension Plane<Int16> {
    /// Grey levels, rounded to 64ths and kept within what can be reckoned with.
    func round(_ greyLevels: Plane<Float>) { cm_round(greyLevels.pixels, pixels, Int32(min(count, greyLevels.count))) }

    /// The mean over 3 x 3 pixels of `frame`, or of its difference from `other`; the border is repeated.
    /// - Parameter row: scratch space of `width + 2` values.
    func smooth(_ frame: Plane<Int16>, less other: Plane<Int16>? = nil, row: UnsafeMutablePointer<Int32>) {
        cm_smooth(frame.pixels, other?.pixels, pixels, Int32(width), Int32(height), row)
    }
}

extension Plane<UInt8> {
    /// Bitwise or over 3 x 3 pixels; outside the frame nothing is set.
    /// - Parameter row: scratch space of `width + 2` values.
    func dilate(_ source: Plane<UInt8>, row: UnsafeMutablePointer<UInt8>) {
        cm_dilate(source.pixels, pixels, Int32(width), Int32(height), row)
    }

    /// Bitwise and over 3 x 3 pixels; outside the frame all is set, so that closing does not eat at the border.
    /// - Parameter row: scratch space of `width + 2` values.
    func erode(_ source: Plane<UInt8>, row: UnsafeMutablePointer<UInt8>) {
        cm_erode(source.pixels, pixels, Int32(width), Int32(height), row)
    }
}
