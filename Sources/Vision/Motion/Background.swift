import CMotion

/// The scene without what moves in it: per pixel the mean, the variance of the smoothed residual (its noise), and for
/// how many frames the pixel has been learned. Colour at half the resolution. What is learned slowly is kept in `Float`, in
/// grey levels, and beside it rounded as frames are, to be compared with them.
final class Background {
    /// One colour plane.
    struct Colour {
        let mean: Plane<Float>
        let level: Plane<Int16>

        init(width: Int, height: Int) {
            mean = Plane(width: width, height: height, filledWith: 128)
            level = Plane(width: width, height: height, filledWith: 128 * Int16(CM_LEVEL))
        }

        func start(with frame: Plane<Int16>) {
            level.copy(from: frame)
            for index in 0..<mean.count { mean.pixels[index] = frame.pixels[index].greyLevels }
        }

        func take(_ frame: Plane<Int16>, at index: Int) {
            level.pixels[index] = frame.pixels[index]
            mean.pixels[index] = frame.pixels[index].greyLevels
        }
    }

    let width: Int
    let height: Int
    let mean: Plane<Float>
    /// `mean`, rounded.
    let level: Plane<Int16>
    let variance: Plane<Float>
    /// Frames learned until the pixel is known, then `isKnown` for good, whatever the frame rate does later; before
    /// that nothing is reported for the pixel.
    let learned: Plane<Float>
    /// Gradient magnitude of `mean`, in grey levels per pixel.
    let edges: Plane<Float>
    let chromaU: Colour
    let chromaV: Colour
    let chromaVariance: Plane<Float>
    /// 1 where no pixel under a pixel of the colour planes is blocked.
    private let free: Plane<UInt8>

    /// More frames than anything takes to be known.
    static let isKnown: Float = 1_000_000

    init(width: Int, height: Int, chromaWidth: Int, chromaHeight: Int) {
        self.width = width
        self.height = height
        mean = Plane(width: width, height: height, filledWith: 0)
        level = Plane(width: width, height: height, filledWith: 0)
        variance = Plane(width: width, height: height, filledWith: 2)
        learned = Plane(width: width, height: height, filledWith: 0)
        edges = Plane(width: width, height: height, filledWith: 0)
        chromaU = Colour(width: chromaWidth, height: chromaHeight)
        chromaV = Colour(width: chromaWidth, height: chromaHeight)
        chromaVariance = Plane(width: chromaWidth, height: chromaHeight, filledWith: 1)
        free = Plane(width: chromaWidth, height: chromaHeight, filledWith: 0)
    }

    /// Begins again from one frame.
    func start(with frame: ReducedFrame) {
        level.copy(from: frame.luma)
        for index in 0..<mean.count { mean.pixels[index] = frame.luma.pixels[index].greyLevels }
        variance.fill(2)
        learned.fill(1)
        chromaU.start(with: frame.chromaU)
        chromaV.start(with: frame.chromaV)
        chromaVariance.fill(1)
        updateEdges()
    }

    func updateEdges() { cm_find_edges(level.pixels, edges.pixels, Int32(width), Int32(height)) }

    /// Learns from one frame. What is moved over while hardly learned begins again; well learned, it waits until that has
    /// passed.
    /// - Parameters:
    ///   - residual: smoothed `frame − mean`.
    ///   - blocked: non-zero where something is or may be in front.
    ///   - moving: non-zero where the frame changes.
    ///   - knownFrames: frames after which a pixel is known.
    ///   - rate: part of the residual taken over, for known pixels.
    func learn(
        _ frame: ReducedFrame, residual: Plane<Int16>, blocked: Plane<UInt8>, moving: Plane<UInt8>,
        knownFrames: Float, rate: Float
    ) {
        cm_learn(
            frame.luma.pixels, residual.pixels, blocked.pixels, moving.pixels,
            cm_learning(rate: rate, knownFrames: knownFrames, isKnown: Self.isKnown), mean.pixels, variance.pixels,
            learned.pixels, level.pixels, Int32(width * height))
    }

    /// Learns colour from one frame, where no pixel under it is blocked.
    /// - Parameter squares: of the smoothed difference from the mean.
    func learnChroma(_ frame: ReducedFrame, squares: Plane<Float>, blocked: Plane<UInt8>, rate: Float) {
        let count = Int32(free.count)
        cm_find_free(
            blocked.pixels, Int32(width), Int32(height), free.pixels, Int32(free.width), Int32(free.height))
        cm_learn_colour(
            frame.chromaU.pixels, free.pixels, rate, chromaU.mean.pixels, chromaU.level.pixels, count)
        cm_learn_colour(
            frame.chromaV.pixels, free.pixels, rate, chromaV.mean.pixels, chromaV.level.pixels, count)
        cm_learn_spread(squares.pixels, free.pixels, 0.5 * rate, chromaVariance.pixels, count)
    }

    /// Takes what `frame` shows under set pixels of `labels` == `label` as background.
    func absorb(_ frame: ReducedFrame, labels: UnsafePointer<UInt16>, label: UInt16) {
        for y in 0..<height {
            for x in 0..<width {
                let index = y &* width &+ x
                guard labels[index] == label else { continue }
                level.pixels[index] = frame.luma.pixels[index]
                mean.pixels[index] = frame.luma.pixels[index].greyLevels
                variance.pixels[index] = max(2, variance.pixels[index])
                learned.pixels[index] = Self.isKnown
                let cx = min(free.width &- 1, x / 2), cy = min(free.height &- 1, y / 2)
                let chroma = cy &* free.width &+ cx
                chromaU.take(frame.chromaU, at: chroma)
                chromaV.take(frame.chromaV, at: chroma)
            }
        }
    }
}
