import Domain

/// One frame as the motion detector sees it: reduced, shifted back onto the background and brought to its exposure.
final class ReducedFrame {
    let factor: Int
    let frameSize: FrameSize
    let width: Int
    let height: Int
    let chromaWidth: Int
    let chromaHeight: Int
    /// In the background's grey levels.
    let luma: Plane<Float>
    let chromaU: Plane<Float>
    let chromaV: Plane<Float>
    private(set) var hasChroma = false
    private(set) var shift = Stabilizer.Shift()
    private(set) var exposure = ExposureFit()
    /// As it came: neither shifted nor brought to the background's exposure.
    let raw: Plane<Float>
    private let sums: Plane<UInt16>

    init(frameSize: FrameSize, targetWidth: Int) {
        // Where a frame is only a few pixels high or wide, its colour planes have less than a block.
        let smallest = min((frameSize.width + 1) / 2, (frameSize.height + 1) / 2)
        factor = min(FrameReducer.factor(width: frameSize.width, target: targetWidth), max(1, smallest))
        self.frameSize = frameSize
        width = max(1, frameSize.width / factor)
        height = max(1, frameSize.height / factor)
        chromaWidth = max(1, (frameSize.width + 1) / 2 / factor)
        chromaHeight = max(1, (frameSize.height + 1) / 2 / factor)
        luma = Plane(width: width, height: height, filledWith: 0)
        raw = Plane(width: width, height: height, filledWith: 0)
        chromaU = Plane(width: chromaWidth, height: chromaHeight, filledWith: 128)
        chromaV = Plane(width: chromaWidth, height: chromaHeight, filledWith: 128)
        sums = Plane(width: width * factor, height: 1, filledWith: 0)
    }

    /// Forgets exposure and shift, when the background is learned anew.
    func reset() {
        exposure.reset()
        shift = Stabilizer.Shift()
    }

    /// - Parameters:
    ///   - background: nil while there is none to compare with.
    ///   - excluded: non-zero where an object was seen a moment ago.
    func load(
        _ planes: FramePlanes, background: UnsafePointer<Float>?, excluded: UnsafePointer<UInt8>,
        stabilizer: Stabilizer?
    ) {
        reduce(planes.luma, stride: planes.lumaStride, into: raw)
        hasChroma = planes.chroma != nil
        if let chroma = planes.chroma {
            reduce(chroma.u, stride: chroma.stride, into: chromaU)
            reduce(chroma.v, stride: chroma.stride, into: chromaV)
        }
        guard let background else {
            luma.copy(from: raw)
            return
        }
        shift = stabilizer?.measure(frame: raw.pixels, gain: exposure.gain) ?? Stabilizer.Shift()
        // A fraction of a pixel is not worth the blur of resampling.
        if max(abs(shift.x), abs(shift.y)) < 0.3 {
            luma.copy(from: raw)
        } else {
            Stabilizer.undo(shift, frame: raw.pixels, into: luma.pixels, width: width, height: height)
        }
        exposure.update(
            frame: luma.pixels, background: background, excluded: excluded, width: width, height: height)
        let scale = 1 / exposure.gain, offset = exposure.offset, pixels = luma.pixels
        for index in 0..<width * height { pixels[index] = (pixels[index] - offset) * scale }
    }

    private func reduce(_ source: UnsafePointer<UInt8>, stride: Int, into target: Plane<Float>) {
        FrameReducer.reduce(
            source, stride: stride, factor: factor, into: target.pixels, width: target.width, height: target.height,
            sums: sums.pixels)
    }
}

/// The planes of one 4:2:0 8-bit frame, borrowed for the length of a call. Planes have at least
/// `stride` x `height` (chroma: half, rounded up) bytes.
struct FramePlanes {
    struct Chroma {
        var u: UnsafePointer<UInt8>
        var v: UnsafePointer<UInt8>
        var stride: Int
    }

    var size: FrameSize
    var luma: UnsafePointer<UInt8>
    var lumaStride: Int
    /// nil for grey frames.
    var chroma: Chroma?
}

/// Averages blocks of `factor` x `factor` pixels of an 8-bit plane. Whole factors keep positions exact: a grid pixel
/// covers the same pixels in every frame.
enum FrameReducer {
    /// The factor that brings a frame `width` pixels wide near `target`.
    static func factor(width: Int, target: Int) -> Int {
        max(1, Int(clamping: (Double(width) / Double(max(1, target))).rounded()))
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

/// Brightness and contrast of the frame against the background: frame ≈ gain x background + offset. Fitted by
/// iteratively reweighted least squares with Tukey's biweight (Beaton, Tukey 1974), so that objects do not count.
struct ExposureFit {
    private(set) var gain: Float = 1
    private(set) var offset: Float = 0
    private var samples: [(background: Float, frame: Float)] = []
    private var magnitudes: [Float] = []

    mutating func reset() {
        gain = 1
        offset = 0
    }

    /// - Parameter excluded: non-zero where an object was seen a moment ago.
    mutating func update(
        frame: UnsafePointer<Float>, background: UnsafePointer<Float>, excluded: UnsafePointer<UInt8>,
        width: Int, height: Int
    ) {
        samples.removeAll(keepingCapacity: true)
        var y = 2
        while y < height {
            var x = 2
            while x < width {
                let index = y &* width &+ x
                let value = frame[index]
                // Clipped pixels don't follow the exposure.
                if excluded[index] == 0, value > 2, value < 250 { samples.append((background[index], value)) }
                x &+= 4
            }
            y &+= 4
        }
        guard samples.count >= 200 else { return }
        let (oldGain, oldOffset) = (gain, offset)
        let shift = Self.median(samples, &magnitudes) { $0.frame - (oldGain * $0.background + oldOffset) }
        var newGain = gain
        var newOffset = offset + shift
        for _ in 0..<3 {
            let spread =
                Self.median(samples, &magnitudes) { abs($0.frame - (newGain * $0.background + newOffset)) } / 0.6745
            let reach = max(4, 4 * spread)
            var sum: Float = 0, sumB: Float = 0, sumP: Float = 0, sumBB: Float = 0, sumBP: Float = 0
            for sample in samples {
                let residual = (sample.frame - (newGain * sample.background + newOffset)) / reach
                guard abs(residual) < 1 else { continue }
                let root = 1 - residual * residual
                let weight = root * root
                let b = sample.background - 128
                let p = sample.frame - 128
                sum += weight
                sumB += weight * b
                sumP += weight * p
                sumBB += weight * b * b
                sumBP += weight * b * p
            }
            guard sum > 50 else { return }
            let meanB = sumB / sum, meanP = sumP / sum
            // The prior keeps the gain where the scene has too little contrast to show it.
            let prior: Float = 20 * sum
            let variance = sumBB - sumB * meanB + prior
            let covariance = sumBP - sumB * meanP + prior * newGain
            newGain = min(2.5, max(0.4, covariance / variance))
            newOffset = 128 + meanP - newGain * (128 + meanB)
        }
        gain = newGain
        offset = newOffset
    }

    private static func median(
        _ samples: [(background: Float, frame: Float)], _ magnitudes: inout [Float],
        _ value: ((background: Float, frame: Float)) -> Float
    ) -> Float {
        magnitudes.removeAll(keepingCapacity: true)
        var index = 0
        while index < samples.count {
            magnitudes.append(value(samples[index]))
            index &+= 4
        }
        return magnitudes.withUnsafeMutableBufferPointer(middle) ?? 0
    }

    /// The value that would stand in the middle of the sorted values; of an even number the upper of the two. By
    /// Hoare's selection (Algorithm 65, 1961), which needs no memory and orders no more than it must.
    private static func middle(_ values: inout UnsafeMutableBufferPointer<Float>) -> Float? {
        guard !values.isEmpty else { return nil }
        let wanted = values.count / 2
        var low = 0, high = values.count - 1
        while low < high {
            let pivot = values[wanted]
            var left = low, right = high
            repeat {
                while values[left] < pivot { left += 1 }
                while pivot < values[right] { right -= 1 }
                if left <= right {
                    values.swapAt(left, right)
                    left += 1
                    right -= 1
                }
            } while left <= right
            if right < wanted { low = left }
            if wanted < left { high = right }
        }
        return values[wanted]
    }
}
