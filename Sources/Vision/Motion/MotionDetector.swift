import Domain
import Media

/// How the motion detector sees. The defaults suit fixed indoor cameras at 5 to 30 frames a second.
public struct MotionSettings: Hashable, Sendable {
    /// Width that frames are reduced to, about, in pixels; whole factors only.
    public var width = 320
    /// How long the scene is learned before anything is reported, in seconds.
    public var warmUpSeconds = 2.0
    /// How long after a light switch or a camera move, once the view is calm, in seconds.
    public var relearnSeconds = 1.0
    /// How long the view must be calm after a global change before it is learned again, in seconds.
    public var calmSeconds = 0.7
    /// Time constant with which the background follows slow changes where nothing was seen, in seconds.
    public var backgroundSeconds = 5.0
    /// Something that stands still becomes background after this long, in seconds.
    public var absorbSeconds = 60.0
    /// Distance in time over which pixels are compared to find what moves, in seconds.
    public var movingSpanSeconds = 0.1
    /// A pixel differs for sure beyond this many grey levels and this many standard deviations of its noise.
    public var strongLevels = 6.0
    public var strongDeviations = 5.0
    /// A pixel beside a sure one differs beyond these (hysteresis, after Canny 1986).
    public var weakLevels = 3.5
    public var weakDeviations = 2.8
    /// Blobs below this part of the frame are noise.
    public var minBlobFraction = 0.0003
    /// Blobs kept per frame, the largest first.
    public var maxBlobs = 48
    /// Shake up to this many grid pixels is compensated; beyond it the view has changed.
    public var maxShift = 4
    /// Part of the frame that must change at once to count as a global change.
    public var globalFraction = 0.4

    public init() {}
}

/// Watches one fixed camera at its frame rate, on reduced frames: what differs from the scene's background, and what
/// of it moves now. Keeps its buffers; one owner, one frame after another.
final class MotionDetector {
    /// The state of one frame.
    struct Status {
        var isWarm = false
        var globalChange: SceneObservation.GlobalChange?
        /// Part of the frame that moves.
        var movingFraction = 0.0
        /// The background was learned anew: nothing seen before counts any more.
        var restarted = false
    }

    let settings: MotionSettings
    /// Nil until the first frame, and anew for frames of another size.
    private(set) var core: MotionCore?
    private(set) var status = Status()

    init(settings: MotionSettings = MotionSettings()) { self.settings = settings }

    /// Looks at the next frame of the camera.
    func analyse(_ frame: VideoFrame) {
        Self.withPlanes(of: frame) {
            analyse($0, seconds: frame.time.seconds, isAfterPause: frame.continuity != .next)
        }
    }

    /// Whether the frame shows the scene that is known, and nothing in front of it. Changes nothing that later frames are
    /// judged by.
    func isUnchanged(_ frame: VideoFrame) -> Bool {
        guard let core, core.reduced.frameSize == frame.size, core.isContinuous(with: frame.time.seconds),
            status.isWarm, status.globalChange == nil
        else { return false }
        return Self.withPlanes(of: frame) { core.isUnchanged($0) } ?? false
    }

    private static func withPlanes<R>(of frame: VideoFrame, _ body: (FramePlanes) -> R) -> R? {
        frame.withPlanes { y, u, v in
            guard let luma = y.bytes.baseAddress else { return nil }
            var planes = FramePlanes(size: frame.size, luma: luma, lumaStride: y.stride, chroma: nil)
            if let u = u.bytes.baseAddress, let second = v.bytes.baseAddress {
                planes.chroma = FramePlanes.Chroma(u: u, v: second, stride: v.stride)
            }
            return body(planes)
        }
    }

    /// - Parameters:
    ///   - seconds: media time; a step back or of more than 10 s starts the motion detector anew.
    ///   - isAfterPause: frames before it were left out on purpose: its distance says nothing of the frame rate.
    func analyse(_ planes: FramePlanes, seconds: Double, isAfterPause: Bool = false) {
        var fresh = false
        if core?.reduced.frameSize != planes.size || core?.isContinuous(with: seconds) == false {
            core = MotionCore(frameSize: planes.size, settings: settings)
            fresh = true
        }
        guard let core else { return }
        status = core.analyse(planes, seconds: seconds, isAfterPause: isAfterPause)
        if fresh { status.restarted = true }
    }

    /// Takes a frame that was decoded alone and is unchanged.
    func follow(_ frame: VideoFrame) {
        guard let core else { return }
        status.movingFraction = 0
        _ = Self.withPlanes(of: frame) { core.follow($0, seconds: frame.time.seconds) }
    }

    /// Forgets the scene; the next frame begins anew.
    func restart() { core = nil }
}

/// The motion detector for frames of one size: compares, decides what is in front and what moves, and learns.
final class MotionCore {
    let settings: MotionSettings
    let reduced: ReducedFrame
    let background: Background
    let width: Int
    let height: Int
    /// Bit 0: in front of the background; bit 1: for sure.
    let foreground: Plane<UInt8>
    /// 1 where the frame differs from a moment ago.
    let moving: Plane<UInt8>
    /// Smoothed luma residual against the background.
    let residual: Plane<Float>
    private(set) var components = Components()
    /// Indices of the components worth following, the largest first. The others are learned as background.
    private(set) var kept: [Int] = []
    /// Standard deviation of the residual where nothing is, in grey levels.
    private(set) var noise: Float = 1
    /// Standard deviation of one grid pixel's noise, estimated from the smoothed difference of two frames.
    private(set) var pixelNoise: Float = 1
    private let stabilizer: Stabilizer
    private let dynamic: DynamicPlaces
    private var history: MotionHistory
    private var global = GlobalChangeDetector()
    private var gauge = NoiseGauge()
    private var typicalNoise: Float = 1
    private var frames = 0
    private var warmAt: Double?
    private var lastSeconds: Double?
    /// The usual time between two frames: a running mean.
    private(set) var frameSeconds = 0.1
    /// The time that this frame stands for. At a steady rate the usual one, so that the clock's rounding plays no part.
    private(set) var stepSeconds = 0.1
    /// The same in usual frames, for what is counted in frames: 1 at a steady rate. What is left over counts with the
    /// next.
    private(set) var frameCount: UInt8 = 1
    private var leftOver = 0.0
    /// What frames look like that were decoded alone.
    private var looks: LookReference?
    private let difference: Plane<Float>
    private let motion: Plane<Float>
    private let row: Plane<Float>
    private let byteRow: Plane<UInt8>
    private let scratch: Plane<UInt8>
    private let blocked: Plane<UInt8>
    private let chromaDeviation: Plane<Float>
    private let chromaClass: Plane<UInt8>
    private let smoothedU: Plane<Float>
    private let smoothedV: Plane<Float>

    init(frameSize: FrameSize, settings: MotionSettings) {
        self.settings = settings
        reduced = ReducedFrame(frameSize: frameSize, targetWidth: settings.width)
        width = reduced.width
        height = reduced.height
        background = Background(
            width: width, height: height, chromaWidth: reduced.chromaWidth, chromaHeight: reduced.chromaHeight)
        foreground = Plane(width: width, height: height, filledWith: 0)
        moving = Plane(width: width, height: height, filledWith: 0)
        residual = Plane(width: width, height: height, filledWith: 0)
        stabilizer = Stabilizer(width: width, height: height, reach: settings.maxShift)
        dynamic = DynamicPlaces(width: width, height: height)
        history = MotionHistory(width: width, height: height)
        difference = Plane(width: width, height: height, filledWith: 0)
        motion = Plane(width: width, height: height, filledWith: 0)
        row = Plane(width: width, height: 1, filledWith: 0)
        byteRow = Plane(width: width, height: 1, filledWith: 0)
        scratch = Plane(width: width, height: height, filledWith: 0)
        blocked = Plane(width: width, height: height, filledWith: 0)
        chromaDeviation = Plane(width: reduced.chromaWidth, height: reduced.chromaHeight, filledWith: 0)
        chromaClass = Plane(width: reduced.chromaWidth, height: reduced.chromaHeight, filledWith: 0)
        smoothedU = Plane(width: reduced.chromaWidth, height: reduced.chromaHeight, filledWith: 0)
        smoothedV = Plane(width: reduced.chromaWidth, height: reduced.chromaHeight, filledWith: 0)
    }

    /// Frames after which a pixel counts as known, at the present rate.
    var knownFrames: Float { Float(max(3, min(0.5 / frameSeconds, 15))) }

    func isContinuous(with seconds: Double) -> Bool {
        guard let lastSeconds else { return true }
        return seconds >= lastSeconds && seconds - lastSeconds <= 10
    }

    func analyse(_ planes: FramePlanes, seconds: Double, isAfterPause: Bool = false) -> MotionDetector.Status {
        advance(to: seconds, isAfterPause: isAfterPause)
        defer { frames += 1 }
        guard frames > 0 else {
            reduced.load(planes, background: nil, excluded: blocked.pixels, stabilizer: nil)
            start(seconds: seconds, warmUp: settings.warmUpSeconds)
            return MotionDetector.Status(restarted: true)
        }
        reduced.load(
            planes, background: background.mean.pixels, excluded: blocked.pixels, stabilizer: stabilizer)
        detectMotion(seconds: seconds)
        compare()
        return conclude(seconds: seconds)
    }

    /// Whether a frame that was decoded alone shows what is known. It is compared with the background, and what differs there
    /// with the frames that were looked at before: key frames look different from the others, each time in the same way.
    func isUnchanged(_ planes: FramePlanes) -> Bool {
        guard frames > 0, warmAt == nil else { return false }
        reduced.load(
            planes, background: background.mean.pixels, excluded: blocked.pixels, stabilizer: stabilizer)
        compare()
        if let looks {
            let now = reduced.luma.pixels, then = looks.luma.pixels, difference = difference.pixels
            for index in 0..<width * height { difference[index] = now[index] - then[index] }
            PlaneFilters.boxMean3(difference, into: motion.pixels, width: width, height: height, row: row.pixels)
            let limit = max(
                Float(settings.weakLevels), 4.5 * gauge.deviation(of: motion.pixels, count: width * height))
            looks.mask(foreground, difference: motion, limit: limit, reduced)
        }
        close()
        let measure = measureChange()
        components.label(foreground.pixels, width: width, height: height)
        let isUnchanged =
            measure.changed < 0.1 && (measure.points < 24 || measure.match >= 0.5)
            && !components.list.contains { component in
                component.area >= minArea && component.strong >= max(4, component.area / 25)
                    && !dynamic.isText(component)
            }
        // What is shown by all frames is decided by them; the next look is compared with this one.
        if !isUnchanged || looks == nil { looks = LookReference(reduced) }
        return isUnchanged
    }

    /// Takes a frame that was decoded alone and shows nothing new: the background changes by as much as these frames do.
    func follow(_ planes: FramePlanes, seconds: Double) {
        lastSeconds = seconds
        kept.removeAll(keepingCapacity: true)
        reduced.load(
            planes, background: background.mean.pixels, excluded: blocked.pixels, stabilizer: stabilizer)
        looks?.follow(reduced, background)
    }

    /// Measures the time that this frame stands for. Cameras change their rate, and networks lose frames: what is
    /// learned, is learned a second, not a frame.
    private func advance(to seconds: Double, isAfterPause: Bool) {
        let elapsed = lastSeconds.map { seconds - $0 } ?? frameSeconds
        lastSeconds = seconds
        let step = min(1, max(1.0 / 120, elapsed))
        if elapsed > 0, !isAfterPause { frameSeconds += (frames < 3 ? 1 : 0.1) * (step - frameSeconds) }
        // Times that stand still stand for nothing.
        stepSeconds = elapsed <= 0 ? 0 : abs(step - frameSeconds) <= 0.2 * frameSeconds ? frameSeconds : step
        let count = leftOver + stepSeconds / frameSeconds
        frameCount = UInt8(Int(clamping: count.rounded(), to: 0...120))
        leftOver = min(1, max(-1, count - Double(frameCount)))
    }

    /// Takes the pixels of one label as background.
    func absorb(labels: UnsafePointer<UInt16>, label: UInt16) {
        background.absorb(reduced, labels: labels, label: label)
    }

    func changeMap() -> ChangeMap {
        let residual = residual.pixels, variance = background.variance.pixels, count = width * height
        let values = [UInt8](unsafeUninitializedCapacity: count) { values, filled in
            for index in 0..<count {
                let deviation = max(1, variance[index].squareRoot())
                values[index] = UInt8(min(255, abs(residual[index]) / deviation * 25.5))
            }
            filled = count
        }
        return ChangeMap(
            size: FrameSize(width: width, height: height), frameSize: reduced.frameSize, values: values)
    }

    private func start(seconds: Double, warmUp: Double) {
        reduced.reset()
        looks = nil
        background.start(with: reduced)
        stabilizer.learn(background: background.mean.pixels)
        history.reset()
        history.append(reduced.luma, seconds: seconds, span: settings.movingSpanSeconds)
        foreground.fill(0)
        blocked.fill(0)
        moving.fill(0)
        kept.removeAll(keepingCapacity: true)
        warmAt = seconds + warmUp
    }

    /// Fills `moving`.
    private func detectMotion(seconds: Double) {
        guard let past = history.reference(before: seconds, span: settings.movingSpanSeconds) else { return }
        let now = reduced.luma.pixels, then = past.pixels, difference = difference.pixels
        for index in 0..<width * height { difference[index] = now[index] - then[index] }
        PlaneFilters.boxMean3(difference, into: motion.pixels, width: width, height: height, row: row.pixels)
        let deviation = max(0.4, gauge.deviation(of: motion.pixels, count: width * height))
        // Smoothing 3 x 3 and differencing: deviation = noise x sqrt(2) / 3, for noise without correlation.
        pixelNoise += 0.1 * (min(6, deviation * 2.1) - pixelNoise)
        let floor = max(Float(settings.weakLevels), 4.5 * deviation)
        let motion = motion.pixels, moving = moving.pixels, variance = background.variance.pixels
        let edges = background.edges.pixels
        for index in 0..<width * height {
            let edge = 0.15 * edges[index]
            let limit = max(floor * floor, 18 * min(variance[index], 30) + edge * edge)
            moving[index] = motion[index] * motion[index] > limit ? 1 : 0
        }
        history.append(reduced.luma, seconds: seconds, span: settings.movingSpanSeconds)
    }

    /// Fills `residual` and `foreground`.
    private func compare() {
        let now = reduced.luma.pixels, mean = background.mean.pixels, difference = difference.pixels
        let count = width * height
        for index in 0..<count { difference[index] = now[index] - mean[index] }
        PlaneFilters.boxMean3(difference, into: residual.pixels, width: width, height: height, row: row.pixels)
        noise = max(0.4, gauge.deviation(of: residual.pixels, count: count))
        // Frames noisier than usual (key frames of a poor encoder, rain) raise the thresholds for themselves.
        let excess = max(1, min(3, noise / max(0.6, typicalNoise)))
        typicalNoise += 0.05 * (min(noise, 3 * typicalNoise) - typicalNoise)
        let strongFloor = Float(settings.strongLevels) * excess, weakFloor = Float(settings.weakLevels) * excess
        let strongFactor = Float(settings.strongDeviations * settings.strongDeviations) * excess * excess
        let weakFactor = Float(settings.weakDeviations * settings.weakDeviations) * excess * excess
        let residual = residual.pixels, variance = background.variance.pixels, edges = background.edges.pixels
        let learned = background.learned.pixels, flags = foreground.pixels, places = dynamic.places.pixels
        let known = Background.isKnown
        compareChroma(excess: excess)
        for y in 0..<height {
            let colour = chromaClass.pixels + min(reduced.chromaHeight - 1, y / 2) * reduced.chromaWidth
            let lastColour = reduced.chromaWidth - 1
            let start = y * width
            for x in 0..<width {
                let index = start &+ x
                let square = residual[index] * residual[index]
                let edge = 0.12 * edges[index]
                let spread = variance[index] + 0.25 + edge * edge
                let strong: UInt8 = square > max(strongFloor * strongFloor, strongFactor * spread) ? 3 : 0
                let weak: UInt8 = square > max(weakFloor * weakFloor, weakFactor * spread) ? 1 : 0
                let watched: UInt8 = learned[index] >= known && places[index] == 0 ? 3 : 0
                flags[index] = (strong | weak | colour[min(lastColour, x >> 1)]) & watched
            }
        }
    }

    private func compareChroma(excess: Float) {
        guard reduced.hasChroma else {
            chromaClass.fill(0)
            return
        }
        let count = reduced.chromaWidth * reduced.chromaHeight
        smooth(reduced.chromaU, less: background.chromaU, into: smoothedU)
        smooth(reduced.chromaV, less: background.chromaV, into: smoothedV)
        let u = smoothedU.pixels, v = smoothedV.pixels, deviation = chromaDeviation.pixels
        let variance = background.chromaVariance.pixels, classes = chromaClass.pixels
        for pixel in 0..<count {
            let square = u[pixel] * u[pixel] + v[pixel] * v[pixel]
            deviation[pixel] = square
            let spread = (variance[pixel] + 0.3) * excess * excess
            let strong: UInt8 = square > max(36, 36 * spread) ? 3 : 0
            let weak: UInt8 = square > max(16, 14 * spread) ? 1 : 0
            classes[pixel] = strong | weak
        }
    }

    private func smooth(_ now: Plane<Float>, less mean: Plane<Float>, into target: Plane<Float>) {
        let now = now.pixels, mean = mean.pixels, difference = difference.pixels
        for index in 0..<target.count { difference[index] = now[index] - mean[index] }
        PlaneFilters.boxMean3(
            difference, into: target.pixels, width: target.width, height: target.height, row: row.pixels)
    }

    /// Cleans the foreground, notices global changes, and learns.
    private func conclude(seconds: Double) -> MotionDetector.Status {
        close()
        let measure = measureChange()
        var status = MotionDetector.Status(movingFraction: measure.moving)
        if let warmAt, seconds < warmAt {
            // Learning: nothing is reported, and only what moves is kept out.
            foreground.fill(0)
            blocked.fill(0)
        } else {
            warmAt = nil
            switch global.update(measure, seconds: seconds, settings: settings) {
            case .normal, .resume:
                status.isWarm = true
            case .hold(let change):
                status.globalChange = change
                kept.removeAll(keepingCapacity: true)
                return status
            case .relearn:
                start(seconds: seconds, warmUp: settings.relearnSeconds)
                status.restarted = true
                return status
            }
        }
        components.label(foreground.pixels, width: width, height: height)
        dynamic.update(
            moving: moving.pixels, change: motion.pixels, foreground: foreground.pixels, objects: components.list,
            seconds: seconds)
        keepComponents()
        PlaneFilters.morph3(
            foreground.pixels, into: blocked.pixels, width: width, height: height, dilating: true, row: byteRow.pixels)
        let rate = Float(min(0.5, stepSeconds / settings.backgroundSeconds))
        background.learn(
            luma: reduced.luma.pixels, residual: residual.pixels, blocked: blocked.pixels, moving: moving.pixels,
            knownFrames: knownFrames, rate: rate)
        if reduced.hasChroma {
            // While learning the mean follows fast; an object that passes leaves a trace for a moment only.
            background.learnChroma(
                reduced, deviation: chromaDeviation.pixels, blocked: warmAt == nil ? blocked.pixels : moving.pixels,
                rate: warmAt == nil ? rate : 0.2)
        }
        if frames % 8 == 0 {
            background.updateEdges()
            if frames % 64 == 0 || warmAt != nil { stabilizer.learn(background: background.mean.pixels) }
        }
        return status
    }

    /// Smallest blob, in grid pixels.
    var minArea: Int { max(12, Int(clamping: settings.minBlobFraction * Double(width * height))) }

    /// Chooses the components to follow and clears the pixels of the others, so that they are learned.
    private func keepComponents() {
        kept.removeAll(keepingCapacity: true)
        for (index, component) in components.list.enumerated() {
            let sure = component.area >= minArea && component.strong >= max(4, component.area / 25)
            if sure, !dynamic.isText(component) {
                kept.append(index)
                continue
            }
            for run in components.runs[component.runs] {
                let start = foreground.pixels + Int(run.row) * width
                for x in Int(run.start)..<Int(run.end) { start[x] = 0 }
            }
        }
        kept.sort {
            let a = components.list[$0].area, b = components.list[$1].area
            return a == b ? $0 < $1 : a > b
        }
        if kept.count > settings.maxBlobs { kept.removeLast(kept.count - settings.maxBlobs) }
    }

    /// Closes small gaps.
    private func close() {
        let flags = foreground.pixels, other = scratch.pixels
        PlaneFilters.morph3(flags, into: other, width: width, height: height, dilating: true, row: byteRow.pixels)
        PlaneFilters.morph3(
            other, into: blocked.pixels, width: width, height: height, dilating: false, row: byteRow.pixels)
        // What was set stays set; gaps that closing filled are weak.
        for index in 0..<width * height { flags[index] |= blocked.pixels[index] & 1 }
    }

    private func measureChange() -> GlobalChangeDetector.Measure {
        let cell = max(4, width / 16)
        var changed = 0, movingCount = 0, cells = 0, changedCells = 0
        var top = 0
        while top < height {
            var left = 0
            let bottom = min(height, top + cell)
            while left < width {
                let right = min(width, left + cell)
                var inCell = 0
                for y in top..<bottom {
                    let start = y &* width
                    for x in left..<right {
                        inCell &+= Int(foreground.pixels[start &+ x] & 1)
                        movingCount &+= Int(moving.pixels[start &+ x] & 1)
                    }
                }
                changed += inCell
                cells += 1
                if inCell * 2 > (bottom - top) * (right - left) { changedCells += 1 }
                left = right
            }
            top = bottom
        }
        let all = Double(max(1, width * height))
        return GlobalChangeDetector.Measure(
            changed: Double(changed) / all, changedCells: Double(changedCells) / Double(max(1, cells)),
            moving: Double(movingCount) / all, match: Double(reduced.shift.match), points: reduced.shift.points,
            gain: Double(reduced.exposure.gain))
    }
}

/// What key frames look like that are decoded alone while nothing happens. Encoders give them another sharpness and noise
/// than the frames in between, from which the background is learned, so they are compared with each other.
private final class LookReference {
    /// How fast it follows, a look.
    private static let rate: Float = 0.2
    /// Squared change of colour that counts.
    private static let colour: Float = 16

    let luma: Plane<Float>
    private let chromaU: Plane<Float>
    private let chromaV: Plane<Float>

    init(_ frame: ReducedFrame) {
        luma = Plane(width: frame.width, height: frame.height, filledWith: 0)
        chromaU = Plane(width: frame.chromaWidth, height: frame.chromaHeight, filledWith: 128)
        chromaV = Plane(width: frame.chromaWidth, height: frame.chromaHeight, filledWith: 128)
        luma.copy(from: frame.luma)
        chromaU.copy(from: frame.chromaU)
        chromaV.copy(from: frame.chromaV)
    }

    /// Clears the flags of pixels that look as they did at the looks before.
    func mask(_ flags: Plane<UInt8>, difference: Plane<Float>, limit: Float, _ frame: ReducedFrame) {
        let lastX = chromaU.width - 1, lastY = chromaU.height - 1
        for y in 0..<luma.height {
            let row = y * luma.width, colourRow = min(lastY, y / 2) * chromaU.width
            for x in 0..<luma.width where flags.pixels[row + x] != 0 {
                let at = colourRow + min(lastX, x / 2)
                let u = frame.chromaU.pixels[at] - chromaU.pixels[at]
                let v = frame.chromaV.pixels[at] - chromaV.pixels[at]
                if abs(difference.pixels[row + x]) <= limit, u * u + v * v <= Self.colour {
                    flags.pixels[row + x] = 0
                }
            }
        }
    }

    /// Takes a look in, and moves the background by what it changes.
    func follow(_ frame: ReducedFrame, _ background: Background) {
        Self.follow(luma, frame.luma, background.mean)
        Self.follow(chromaU, frame.chromaU, background.chromaU)
        Self.follow(chromaV, frame.chromaV, background.chromaV)
    }

    private static func follow(_ mean: Plane<Float>, _ now: Plane<Float>, _ background: Plane<Float>) {
        let mean = mean.pixels, new = now.pixels, background = background.pixels
        for index in 0..<now.count {
            let step = rate * (new[index] - mean[index])
            mean[index] += step
            background[index] += step
        }
    }
}

/// Frames of the last moments, to compare the present one with that of about `span` seconds ago: at high frame rates
/// neighbouring frames hardly differ.
struct MotionHistory {
    private let planes: [Plane<Float>]
    private var times: [Double]
    private var next = 0

    init(width: Int, height: Int) {
        planes = (0..<6).map { _ in Plane(width: width, height: height, filledWith: 0) }
        times = []
    }

    mutating func reset() {
        times.removeAll(keepingCapacity: true)
        next = 0
    }

    /// - Parameter span: how far back is looked. Of frames that follow each other at once, or at one time, the first is
    ///   enough: all of them would leave nothing older.
    mutating func append(_ frame: Plane<Float>, seconds: Double, span: Double) {
        let newest = (next + planes.count - 1) % planes.count
        if times.indices.contains(newest), seconds - times[newest] < span / 8 { return }
        planes[next].copy(from: frame)
        if times.count < planes.count { times.append(seconds) } else { times[next] = seconds }
        next = (next + 1) % planes.count
    }

    /// The newest frame at least `span` old (less 20 %), else the oldest there is.
    func reference(before seconds: Double, span: Double) -> Plane<Float>? {
        var best: Int?
        for index in times.indices {
            let old = seconds - times[index] >= 0.8 * span
            guard let current = best else {
                best = index
                continue
            }
            let currentOld = seconds - times[current] >= 0.8 * span
            if old, !currentOld || times[index] > times[current] { best = index }
            if !old, !currentOld, times[index] < times[current] { best = index }
        }
        return best.map { planes[$0] }
    }
}

/// The noise of a residual: its median magnitude, which single objects can't move, over a coarse sample.
struct NoiseGauge {
    private static let binsPerLevel: Float = 8
    private var bins = [Int32](repeating: 0, count: 512)

    /// Standard deviation that normally distributed residuals with the measured median magnitude would have.
    mutating func deviation(of residual: UnsafePointer<Float>, count: Int) -> Float {
        for index in bins.indices { bins[index] = 0 }
        var seen: Int32 = 0
        let last = bins.count - 1
        bins.withUnsafeMutableBufferPointer { bins in
            var index = 0
            while index < count {
                let bin = Int(clamping: abs(residual[index]) * Self.binsPerLevel, to: 0...last)
                bins[bin] &+= 1
                seen &+= 1
                index &+= 5
            }
        }
        var below: Int32 = 0
        for (bin, number) in bins.enumerated() {
            if below + number > seen / 2 {
                let part = number > 0 ? Float(seen / 2 - below) / Float(number) : 0
                return (Float(bin) + part) / Self.binsPerLevel / 0.6745
            }
            below += number
        }
        return 0
    }
}
