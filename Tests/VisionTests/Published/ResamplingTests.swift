import Testing

@testable import Vision

/// Values from Pillow 13.0.0 (`Image.resize`, bilinear) and PyTorch 2.13 (`interpolate`, bilinear with anti-aliasing).
@Suite("Scaling as Pillow does")
struct ResamplingTests {
    private let from = (width: 37, height: 23)

    private func value(_ x: Int, _ y: Int, _ channel: Int) -> Int {
        (x * 79 + y * 57 + channel * 31 + (x * y) % 17 * 9) % 251
    }

    private var image: [UInt8] {
        (0..<from.width * from.height * 3).map {
            UInt8(value($0 / 3 % from.width, $0 / 3 / from.width, $0 % 3))
        }
    }

    private func scaled(to size: (width: Int, height: Int)) -> [Int] {
        var between: [UInt8] = [], output = [UInt8](repeating: 0, count: size.width * size.height * 3)
        image.withUnsafeBufferPointer { input in
            output.withUnsafeMutableBufferPointer {
                Resampling(from: from, to: size).rgb(input, between: &between, into: $0)
            }
        }
        return output.map(Int.init)
    }

    @Test("smaller: every byte, and no other pixel than under the triangle")
    func smaller() {
        let output = scaled(to: (12, 5))
        #expect(output.prefix(12) == [127, 124, 125, 135, 122, 130, 121, 130, 123, 124, 150, 140])
        #expect(output.reduce(0, +) == 22762)
        #expect(output.enumerated().reduce(0) { $0 + $1.offset * $1.element } == 2_028_494)
    }

    @Test("larger")
    func larger() {
        let output = scaled(to: (48, 30))
        #expect(output.prefix(12) == [0, 31, 62, 52, 83, 114, 113, 144, 175, 174, 155, 186])
        #expect(output.reduce(0, +) == 546_362)
        #expect(output.enumerated().reduce(0) { $0 + $1.offset * $1.element } == 1_180_477_441)
    }

    @Test("numbers are not rounded")
    func plane() {
        let plane = (0..<from.width * from.height).map { Float(value($0 % from.width, $0 / from.width, 0)) }
        let output = Resampling(from: from, to: (12, 5)).plane(plane)
        let expected: [Float] = [126.9086, 134.9066, 120.9795, 123.4772, 124.1227, 119.1886, 147.2047, 135.9185]
        #expect(zip(output, expected).allSatisfy { abs($0 - $1) < 1e-3 })
    }
}
