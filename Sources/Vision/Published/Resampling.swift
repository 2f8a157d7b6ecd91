/// Scales an image as Pillow's `Image.resize` does: each output pixel is the weighted mean of all input pixels under a
/// triangle that grows with the reduction. The networks were trained on images made so; without the growing triangle
/// they see another image.
///
/// Source of the arithmetic: Pillow, `src/libImaging/Resample.c` (`precompute_coeffs`, `ImagingResampleHorizontal_8bpc`).
/// PyTorch's `interpolate(mode="bilinear", antialias=True)` takes the same weights without rounding.
struct Resampling: Sendable {
    /// Input pixels of one output pixel, and their weights.
    private struct Taps: Sendable {
        var first: Int
        var weights: ArraySlice<Float>
        /// Rounded to 22 bits after the point, as Pillow computes with bytes.
        var whole: ArraySlice<Int32>
    }

    private static let bits = 22

    let from: (width: Int, height: Int)
    let to: (width: Int, height: Int)
    private let columns: [Taps]
    private let rows: [Taps]

    init(from: (width: Int, height: Int), to: (width: Int, height: Int)) {
        self.from = from
        self.to = to
        columns = Self.taps(from: from.width, to: to.width)
        rows = Self.taps(from: from.height, to: to.height)
    }

    private static func taps(from input: Int, to output: Int) -> [Taps] {
        let scale = Double(input) / Double(output), support = max(scale, 1)
        return (0..<output).map { index in
            let centre = (Double(index) + 0.5) * scale
            let first = max(0, Int(centre - support + 0.5)), end = min(input, Int(centre + support + 0.5))
            let raw = (first..<end).map { max(0, 1 - abs((Double($0) - centre + 0.5) / support)) }
            let sum = raw.reduce(0, +)
            let weights = raw.map { $0 / sum }
            return Taps(
                first: first, weights: weights.map(Float.init)[...],
                whole: weights.map { Int32(0.5 + $0 * Double(1 << bits)) }[...])
        }
    }

    /// Interleaved RGB bytes, `from` → `to`.
    /// - Parameter between: space for `to.width * from.height * 3` bytes; grown when needed.
    func rgb(
        _ input: UnsafeBufferPointer<UInt8>, between: inout [UInt8], into output: UnsafeMutableBufferPointer<UInt8>
    ) {
        precondition(input.count >= from.width * from.height * 3 && output.count >= to.width * to.height * 3)
        let half = Int32(1) << (Self.bits - 1), bits = Int32(Self.bits)
        let stride = to.width * 3
        if between.count < stride * from.height { between = [UInt8](repeating: 0, count: stride * from.height) }
        between.withUnsafeMutableBufferPointer { between in
            for row in 0..<from.height {
                let line = row * from.width * 3
                for (column, taps) in columns.enumerated() {
                    var red = half, green = half, blue = half
                    var index = line + taps.first * 3
                    for weight in taps.whole {
                        red += weight * Int32(input[index])
                        green += weight * Int32(input[index + 1])
                        blue += weight * Int32(input[index + 2])
                        index += 3
                    }
                    let place = row * stride + column * 3
                    between[place] = UInt8(clamping: red >> bits)
                    between[place + 1] = UInt8(clamping: green >> bits)
                    between[place + 2] = UInt8(clamping: blue >> bits)
                }
            }
            for (row, taps) in rows.enumerated() {
                for column in 0..<stride {
                    var sum = half
                    var index = taps.first * stride + column
                    for weight in taps.whole {
                        sum += weight * Int32(between[index])
                        index += stride
                    }
                    output[row * stride + column] = UInt8(clamping: sum >> bits)
                }
            }
        }
    }

    /// One plane of numbers, `from` → `to`, not rounded.
    func plane(_ input: [Float]) -> [Float] {
        precondition(input.count == from.width * from.height)
        var between = [Float](repeating: 0, count: to.width * from.height)
        for row in 0..<from.height {
            for (column, taps) in columns.enumerated() {
                var sum: Float = 0
                for (offset, weight) in taps.weights.enumerated() {
                    sum += weight * input[row * from.width + taps.first + offset]
                }
                between[row * to.width + column] = sum
            }
        }
        var output = [Float](repeating: 0, count: to.width * to.height)
        for (row, taps) in rows.enumerated() {
            for (offset, weight) in taps.weights.enumerated() {
                let line = (taps.first + offset) * to.width
                for column in 0..<to.width { output[row * to.width + column] += weight * between[line + column] }
            }
        }
        return output
    }
}
