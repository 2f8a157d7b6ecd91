/// The scene without what moves in it: per pixel the mean, the variance of the smoothed residual (its noise), and for
/// how many frames the pixel has been learned. Colour at half the resolution.
final class Background {
    let width: Int
    let height: Int
    let mean: Plane<Float>
    let variance: Plane<Float>
    /// Frames learned until the pixel is known, then `isKnown` for good, whatever the frame rate does later; before
    /// that nothing is reported for the pixel.
    let learned: Plane<Float>
    /// Gradient magnitude of `mean`, in grey levels per pixel.
    let edges: Plane<Float>
    let chromaU: Plane<Float>
    let chromaV: Plane<Float>
    let chromaVariance: Plane<Float>

    /// More frames than anything takes to be known.
    static let isKnown: Float = 1_000_000

    init(width: Int, height: Int, chromaWidth: Int, chromaHeight: Int) {
        self.width = width
        self.height = height
        mean = Plane(width: width, height: height, filledWith: 0)
        variance = Plane(width: width, height: height, filledWith: 2)
        learned = Plane(width: width, height: height, filledWith: 0)
        edges = Plane(width: width, height: height, filledWith: 0)
        chromaU = Plane(width: chromaWidth, height: chromaHeight, filledWith: 128)
        chromaV = Plane(width: chromaWidth, height: chromaHeight, filledWith: 128)
        chromaVariance = Plane(width: chromaWidth, height: chromaHeight, filledWith: 1)
    }

    /// Begins again from one frame.
    func start(with frame: ReducedFrame) {
        mean.copy(from: frame.luma)
        variance.fill(2)
        learned.fill(1)
        chromaU.copy(from: frame.chromaU)
        chromaV.copy(from: frame.chromaV)
        chromaVariance.fill(1)
        updateEdges()
    }

    func updateEdges() {
        let mean = mean.pixels, edges = edges.pixels
        for y in 0..<height {
            let above = mean + max(0, y - 1) * width
            let here = mean + y * width
            let below = mean + min(height - 1, y + 1) * width
            let out = edges + y * width
            guard width > 2 else { continue }
            var x = 1
            while x < width &- 1 {
                out[x] = 0.5 * (abs(here[x &+ 1] - here[x &- 1]) + abs(below[x] - above[x]))
                x &+= 1
            }
            out[0] = out[1]
            out[width - 1] = out[width - 2]
        }
    }

    /// Learns from one frame.
    /// - Parameters:
    ///   - residual: smoothed `frame − mean`.
    ///   - blocked: non-zero where something is or may be in front.
    ///   - moving: non-zero where the frame changes.
    ///   - knownFrames: frames after which a pixel is known.
    ///   - rate: part of the residual taken over, for known pixels.
    func learn(
        luma: UnsafePointer<Float>, residual: UnsafePointer<Float>, blocked: UnsafePointer<UInt8>,
        moving: UnsafePointer<UInt8>, knownFrames: Float, rate: Float
    ) {
        let mean = mean.pixels, variance = variance.pixels, learned = learned.pixels
        let slow = 0.5 * rate
        // Moved over while hardly learned: begin again. Well learned: wait until it has passed.
        let keepFrames = max(3, 0.4 * knownFrames)
        for index in 0..<width * height {
            let seen = learned[index]
            let known = seen >= Self.isKnown
            let still = moving[index] == 0
            let free = blocked[index] == 0
            let restart = !known && !still && seen < keepFrames
            let takes = still && (known ? free : true)
            let next = restart ? 0 : (takes && !known ? seen + 1 : seen)
            let step = restart ? 1 : (takes ? (known ? rate : 1 / max(1, next)) : 0)
            let spreadStep = takes ? (known ? slow : 1 / max(4, next)) : 0
            let gap = luma[index] - mean[index]
            mean[index] += step * gap
            variance[index] += spreadStep * (residual[index] * residual[index] - variance[index])
            learned[index] = takes && !known && next >= knownFrames ? Self.isKnown : next
        }
    }

    /// Learns colour from one frame, where no pixel under it is blocked.
    func learnChroma(
        _ frame: ReducedFrame, deviation: UnsafePointer<Float>, blocked: UnsafePointer<UInt8>, rate: Float
    ) {
        let u = chromaU.pixels, v = chromaV.pixels, variance = chromaVariance.pixels
        let newU = frame.chromaU.pixels, newV = frame.chromaV.pixels
        for y in 0..<chromaU.height {
            let upper = blocked + min(height - 1, 2 * y) * width
            let lower = blocked + min(height - 1, 2 * y + 1) * width
            for x in 0..<chromaU.width {
                let left = min(width &- 1, 2 &* x), right = min(width &- 1, 2 &* x &+ 1)
                let free = upper[left] | upper[right] | lower[left] | lower[right] == 0
                let step: Float = free ? rate : 0
                let index = y &* chromaU.width &+ x
                u[index] += step * (newU[index] - u[index])
                v[index] += step * (newV[index] - v[index])
                variance[index] += 0.5 * step * (deviation[index] - variance[index])
            }
        }
    }

    /// Takes what `frame` shows under set pixels of `labels` == `label` as background.
    func absorb(_ frame: ReducedFrame, labels: UnsafePointer<UInt16>, label: UInt16) {
        for y in 0..<height {
            for x in 0..<width {
                let index = y &* width &+ x
                guard labels[index] == label else { continue }
                mean.pixels[index] = frame.luma.pixels[index]
                variance.pixels[index] = max(2, variance.pixels[index])
                learned.pixels[index] = Self.isKnown
                let cx = min(chromaU.width &- 1, x / 2), cy = min(chromaU.height &- 1, y / 2)
                let chroma = cy &* chromaU.width &+ cx
                chromaU.pixels[chroma] = frame.chromaU.pixels[chroma]
                chromaV.pixels[chroma] = frame.chromaV.pixels[chroma]
            }
        }
    }
}
