import Domain
import TestSupport
import Testing

@testable import Vision

@Suite("Masks from logits")
struct MaskRasterTests {
    /// Each pixel of the frame by itself: bilinear between the centres of the map's cells, held constant beyond them.
    private func byPixel(_ logits: [Float], size: Int, window: CropWindow, frame: FrameSize) -> [UInt8] {
        let scale = Float(size) / Float(window.side)
        func value(_ x: Int, _ y: Int) -> Float { logits[min(max(y, 0), size - 1) * size + min(max(x, 0), size - 1)] }
        return (0..<frame.area).map { index in
            let x = index % frame.width, y = index / frame.width
            guard window.region.contains(Point(x: Double(x), y: Double(y))) else { return 0 }
            let u = (Float(x - window.x) + 0.5) * scale - 0.5, v = (Float(y - window.y) + 0.5) * scale - 0.5
            let left = Int(u.rounded(.down)), top = Int(v.rounded(.down))
            let a = u - Float(left), b = v - Float(top)
            let upper = value(left, top) * (1 - a) + value(left + 1, top) * a
            let lower = value(left, top + 1) * (1 - a) + value(left + 1, top + 1) * a
            return upper * (1 - b) + lower * b > 0 ? 1 : 0
        }
    }

    @Test(
        "the runs are those of every pixel interpolated by itself",
        arguments: [
            CropWindow(around: Point(x: 50, y: 40), side: 40, in: FrameSize(width: 100, height: 80)),
            CropWindow(around: Point(x: 0, y: 0), side: 24, in: FrameSize(width: 100, height: 80)),
            CropWindow(around: Point(x: 50, y: 40), side: 110, in: FrameSize(width: 100, height: 80)),
        ])
    func agreesWithPixels(window: CropWindow) {
        let frame = FrameSize(width: 100, height: 80), size = 32
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<5 {
            // Coarse blobs: noise of 8 x 8 values, drawn larger.
            let noise = (0..<64).map { _ in Float.random(in: -1...1, using: &generator) }
            let logits = (0..<size * size).map { noise[$0 / size / 4 * 8 + $0 % size / 4] + Float($0 % 7) * 0.01 }
            let mask = logits.withUnsafeBufferPointer {
                MaskRaster.mask(logits: $0, size: size, window: window.region, frame: frame)
            }
            let expected = byPixel(logits, size: size, window: window, frame: frame)
            let differing = zip(mask.bitmap(value: 1), expected).count { $0 != $1 }
            // Only rounding at values of almost exactly 0 may differ.
            #expect(differing <= 2)
            #expect(mask == Mask(size: frame, bitmap: mask.bitmap()))
        }
    }

    @Test("logits that are all negative give the empty mask, all positive the whole window")
    func extremes() {
        let frame = FrameSize(width: 100, height: 80)
        let window = CropWindow(around: Point(x: 0, y: 0), side: 24, in: frame)
        func mask(_ value: Float) -> Mask {
            [Float](repeating: value, count: 64).withUnsafeBufferPointer {
                MaskRaster.mask(logits: $0, size: 8, window: window.region, frame: frame)
            }
        }
        #expect(mask(-1) == Mask(empty: frame))
        #expect(mask(.nan) == Mask(empty: frame))
        #expect(mask(1e30).area == 24 * 24)
        #expect(mask(1).boundingRegion == Region(x: 0, y: 0, width: 24, height: 24))
        #expect(mask(1).area == 24 * 24)
    }
}
