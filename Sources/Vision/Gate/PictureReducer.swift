/// Averages blocks of `factor` x `factor` pixels of an 8-bit plane. Whole factors keep positions exact: a gate pixel
/// covers the same pixels of the picture in every frame.
enum PictureReducer {
    /// The factor that brings a picture `width` pixels wide near `target`.
    static func factor(width: Int, target: Int) -> Int {
        max(1, Int((Double(width) / Double(max(1, target))).rounded()))
    }

    /// - Parameter sums: scratch space of `width * factor` values.
    static func reduce(
        _ source: UnsafePointer<UInt8>, stride: Int, factor: Int, into target: UnsafeMutablePointer<Float>,
        width: Int, height: Int, sums: UnsafeMutablePointer<UInt16>
    ) {
        let wide = width * factor
        let scale = 1 / Float(factor * factor)
        for y in 0..<height {
            let out = target + y * width
            let first = source + y * factor * stride
            if factor == 1 {
                for x in 0..<width { out[x] = Float(first[x]) }
                continue
            }
            for x in 0..<wide { sums[x] = UInt16(first[x]) }
            for line in 1..<factor {
                let row = first + line * stride
                for x in 0..<wide { sums[x] = sums[x] &+ UInt16(row[x]) }
            }
            switch factor {
            case 2:
                for x in 0..<width { out[x] = Float(sums[2 &* x] &+ sums[2 &* x &+ 1]) * scale }
            case 4:
                for x in 0..<width {
                    let base = 4 &* x
                    out[x] = Float(sums[base] &+ sums[base &+ 1] &+ sums[base &+ 2] &+ sums[base &+ 3]) * scale
                }
            default:
                for x in 0..<width {
                    var sum: UInt32 = 0
                    let base = x &* factor
                    for step in 0..<factor { sum = sum &+ UInt32(sums[base &+ step]) }
                    out[x] = Float(sum) * scale
                }
            }
        }
    }
}
