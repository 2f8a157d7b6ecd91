import CMotion
import Domain

/// One frame as the motion detector sees it: reduced from the decoder's own planes, shifted back onto the background and
/// brought to its exposure. Brightness in 64ths of a grey level.
final class ReducedFrame {
    let factor: Int
    let frameSize: FrameSize
    let width: Int
    let height: Int
    let chromaWidth: Int
    let chromaHeight: Int
    /// In the background's exposure.
    let luma: Plane<Int16>
    let chromaU: Plane<Int16>
    let chromaV: Plane<Int16>
    private(set) var hasChroma = false
    private(set) var shift = Stabilizer.Shift()
    private(set) var exposure: ExposureFit
    /// As it came: neither shifted nor brought to the background's exposure.
    let raw: Plane<Int16>
    private let shifted: Plane<Int16>
    private let sums: Plane<UInt32>

    init(frameSize: FrameSize, targetWidth: Int) {
        // Where a frame is only a few pixels high or wide, its colour planes have less than a block.
        let smallest = min((frameSize.width + 1) / 2, (frameSize.height + 1) / 2)
        factor = min(FrameReducer.factor(width: frameSize.width, target: targetWidth), max(1, smallest))
        self.frameSize = frameSize
        width = max(1, frameSize.width / factor)
        height = max(1, frameSize.height / factor)
        chromaWidth = max(1, (frameSize.width + 1) / 2 / factor)
        chromaHeight = max(1, (frameSize.height + 1) / 2 / factor)
        let grey = 128 * Int16(CM_LEVEL)
        luma = Plane(width: width, height: height, filledWith: 0)
        raw = Plane(width: width, height: height, filledWith: 0)
        shifted = Plane(width: width, height: height, filledWith: 0)
        chromaU = Plane(width: chromaWidth, height: chromaHeight, filledWith: grey)
        chromaV = Plane(width: chromaWidth, height: chromaHeight, filledWith: grey)
        sums = Plane(width: max(width, chromaWidth) * factor, height: 1, filledWith: 0)
        exposure = ExposureFit(width: width, height: height)
    }

    /// Forgets exposure and shift, when the background is learned anew.
    func reset() {
        exposure.reset()
        shift = Stabilizer.Shift()
    }

    /// - Parameters:
    ///   - background: nil while there is none to compare with.
    ///   - excluded: non-zero where an object was seen a moment ago.
    func load(_ planes: FramePlanes, background: Background?, excluded: Plane<UInt8>, stabilizer: Stabilizer?) {
        FrameReducer.reduce(planes.luma, stride: planes.lumaStride, factor: factor, into: raw, sums: sums.pixels)
        hasChroma = planes.chroma != nil
        if let chroma = planes.chroma {
            FrameReducer.reduce(chroma.u, stride: chroma.stride, factor: factor, into: chromaU, sums: sums.pixels)
            FrameReducer.reduce(chroma.v, stride: chroma.stride, factor: factor, into: chromaV, sums: sums.pixels)
        }
        guard let background else {
            luma.copy(from: raw)
            return
        }
        shift = stabilizer?.measure(frame: raw.pixels, gain: exposure.gain) ?? Stabilizer.Shift()
        var frame = raw
        // A fraction of a pixel is not worth the blur of resampling.
        if max(abs(shift.x), abs(shift.y)) >= 0.3 {
            Stabilizer.undo(shift, frame: raw.pixels, into: shifted.pixels, width: width, height: height)
            frame = shifted
        }
        exposure.update(frame: frame, background: background.level, excluded: excluded)
        cm_expose(
            frame.pixels, 1 / exposure.gain, -exposure.offset / exposure.gain, luma.pixels, Int32(width * height))
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

    /// - Parameter sums: scratch space of `target.width * factor` values.
    static func reduce(
        _ source: UnsafePointer<UInt8>, stride: Int, factor: Int, into target: Plane<Int16>,
        sums: UnsafeMutablePointer<UInt32>
    ) {
        cm_reduce(source, stride, Int32(factor), target.pixels, Int32(target.width), Int32(target.height), sums)
    }
}

/// Brightness and contrast of the frame against the background: frame ≈ gain x background + offset. Fitted by
/// iteratively reweighted least squares with Tukey's biweight (Beaton, Tukey 1974), so that objects do not count.
struct ExposureFit {
    /// Every so many pixels one is looked at, in both directions.
    private static let spacing = 4
    private(set) var gain: Float = 1
    private(set) var offset: Float = 0
    private let backgrounds: Plane<Float>
    private let frames: Plane<Float>
    private let magnitudes: Plane<Float>
    private var count = 0

    /// - Parameters: size of the frames.
    init(width: Int, height: Int) {
        let most = (width / Self.spacing + 1) * (height / Self.spacing + 1)
        backgrounds = Plane(width: most, height: 1, filledWith: 0)
        frames = Plane(width: most, height: 1, filledWith: 0)
        magnitudes = Plane(width: most, height: 1, filledWith: 0)
    }

    mutating func reset() {
        gain = 1
        offset = 0
    }

    /// - Parameter excluded: non-zero where an object was seen a moment ago.
    mutating func update(frame: Plane<Int16>, background: Plane<Int16>, excluded: Plane<UInt8>) {
        collect(frame, background, excluded)
        guard count >= 200 else { return }
        var newGain = gain
        var newOffset = offset + median(gain, offset) { $0 }
        for _ in 0..<3 {
            let spread = median(newGain, newOffset, abs) / 0.6745
            let sums = cm_fit_exposure(
                backgrounds.pixels, frames.pixels, Int32(count), newGain, newOffset, max(4, 4 * spread))
            guard sums.weight > 50 else { return }
            let meanB = sums.background / sums.weight, meanP = sums.frame / sums.weight
            // The prior keeps the gain where the scene has too little contrast to show it.
            let prior: Float = 20 * sums.weight
            let variance = sums.backgroundSquare - sums.background * meanB + prior
            let covariance = sums.product - sums.background * meanP + prior * newGain
            newGain = min(2.5, max(0.4, covariance / variance))
            newOffset = 128 + meanP - newGain * (128 + meanB)
        }
        gain = newGain
        offset = newOffset
    }

    private mutating func collect(_ frame: Plane<Int16>, _ background: Plane<Int16>, _ excluded: Plane<UInt8>) {
        let darkest = 2 * Int16(CM_LEVEL), brightest = 250 * Int16(CM_LEVEL)
        let now = frame.pixels, then = background.pixels, excluded = excluded.pixels
        let backgrounds = backgrounds.pixels, frames = frames.pixels
        var found = 0
        for y in stride(from: 2, to: frame.height, by: Self.spacing) {
            for index in stride(from: y * frame.width + 2, to: (y + 1) * frame.width, by: Self.spacing) {
                let value = now[index]
                // Clipped pixels don't follow the exposure.
                guard excluded[index] == 0, value > darkest, value < brightest else { continue }
                backgrounds[found] = then[index].greyLevels
                frames[found] = value.greyLevels
                found &+= 1
            }
        }
        count = found
    }

    /// The middle one of what is left of every fourth sample; of an even number the upper of the two. By Hoare's selection
    /// (Algorithm 65, 1961), which needs no memory and orders no more than it must.
    @inline(__always)
    private func median(_ gain: Float, _ offset: Float, _ value: (Float) -> Float) -> Float {
        let values = magnitudes.pixels, backgrounds = backgrounds.pixels, frames = frames.pixels
        var taken = 0
        for index in stride(from: 0, to: count, by: 4) {
            values[taken] = value(frames[index] - (gain * backgrounds[index] + offset))
            taken &+= 1
        }
        let wanted = taken / 2
        var low = 0, high = taken - 1
        while low < high {
            let pivot = values[wanted]
            var left = low, right = high
            repeat {
                while values[left] < pivot { left &+= 1 }
                while pivot < values[right] { right &-= 1 }
                if left <= right {
                    (values[left], values[right]) = (values[right], values[left])
                    left &+= 1
                    right &-= 1
                }
            } while left <= right
            if right < wanted { low = left }
            if wanted < left { high = right }
        }
        return values[wanted]
    }
}
