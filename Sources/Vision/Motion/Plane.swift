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

/// Small separable filters over planes; the border is replicated. `rows` is scratch space of one row.
enum PlaneFilters {
    /// Mean over 3 x 3 pixels.
    static func boxMean3(
        _ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, width: Int, height: Int,
        row scratch: UnsafeMutablePointer<Float>
    ) {
        let ninth: Float = 1 / 9
        for y in 0..<height {
            let above = source + max(0, y - 1) * width
            let here = source + y * width
            let below = source + min(height - 1, y + 1) * width
            for x in 0..<width { scratch[x] = above[x] + here[x] + below[x] }
            let out = target + y * width
            guard width > 1 else {
                out[0] = scratch[0] / 3
                continue
            }
            out[0] = (2 * scratch[0] + scratch[1]) * ninth
            out[width - 1] = (2 * scratch[width - 1] + scratch[width - 2]) * ninth
            var x = 1
            while x < width - 1 {
                out[x] = (scratch[x - 1] + scratch[x] + scratch[x + 1]) * ninth
                x &+= 1
            }
        }
    }

    /// Bitwise or (`dilating`) or and over 3 x 3 pixels. Outside the frame counts as unset when dilating and as set
    /// when eroding, so that closing does not eat at the border.
    static func morph3(
        _ source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>, width: Int, height: Int,
        dilating: Bool, row scratch: UnsafeMutablePointer<UInt8>
    ) {
        for y in 0..<height {
            let above = source + max(0, y - 1) * width
            let here = source + y * width
            let below = source + min(height - 1, y + 1) * width
            let out = target + y * width
            if dilating {
                for x in 0..<width { scratch[x] = above[x] | here[x] | below[x] }
            } else {
                for x in 0..<width { scratch[x] = above[x] & here[x] & below[x] }
            }
            guard width > 1 else {
                out[0] = scratch[0]
                continue
            }
            out[0] = dilating ? scratch[0] | scratch[1] : scratch[0] & scratch[1]
            out[width - 1] =
                dilating ? scratch[width - 1] | scratch[width - 2] : scratch[width - 1] & scratch[width - 2]
            var x = 1
            if dilating {
                while x < width - 1 {
                    out[x] = scratch[x - 1] | scratch[x] | scratch[x + 1]
                    x &+= 1
                }
            } else {
                while x < width - 1 {
                    out[x] = scratch[x - 1] & scratch[x] & scratch[x + 1]
                    x &+= 1
                }
            }
        }
    }
}
