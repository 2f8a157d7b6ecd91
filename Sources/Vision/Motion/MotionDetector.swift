import CMotion
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
    let residual: Plane<Int16>
    /// The frame itself, smoothed in the same way.
    let smoothed: Plane<Int16>
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
    /// How the smoothed frame differs from that of a moment ago.
    private let motion: Plane<Int16>
    private let rows: Plane<Int32>
    private let byteRow: Plane<UInt8>
    private let scratch: Plane<UInt8>
    private let blocked: Plane<UInt8>
    private let chromaSquares: Plane<Float>
    private let chromaClass: Plane<UInt8>
    private let smoothedU: Plane<Int16>
    private let smoothedV: Plane<Int16>

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
        smoothed = Plane(width: width, height: height, filledWith: 0)
        stabilizer = Stabilizer(width: width, height: height, reach: settings.maxShift)
        dynamic = DynamicPlaces(width: width, height: height)
        history = MotionHistory(width: width, height: height)
        motion = Plane(width: width, height: height, filledWith: 0)
        rows = Plane(width: width + 2, height: 2, filledWith: 0)
        byteRow = Plane(width: width + 2, height: 1, filledWith: 0)
        scratch = Plane(width: width, height: height, filledWith: 0)
        blocked = Plane(width: width, height: height, filledWith: 0)
        chromaSquares = Plane(width: reduced.chromaWidth, height: reduced.chromaHeight, filledWith: 0)
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
            reduced.load(planes, background: nil, excluded: blocked, stabilizer: nil)
            smoothed.smooth(reduced.luma, row: rows.pixels)
            start(seconds: seconds, warmUp: settings.warmUpSeconds)
            return MotionDetector.Status(restarted: true)
        }
        load(planes)
        detectMotion(seconds: seconds)
        compare()
        return conclude(seconds: seconds)
    }

    /// Whether a frame that was decoded alone shows what is known. It is compared with the background, and what differs there
    /// with the frames that were looked at before: key frames look different from the others, each time in the same way.
    func isUnchanged(_ planes: FramePlanes) -> Bool {
        guard frames > 0, warmAt == nil else { return false }
        load(planes)
        compare()
        if let looks {
            motion.smooth(reduced.luma, less: looks.luma.level, row: rows.pixels)
            let limit = max(Float(settings.weakLevels), 4.5 * gauge.deviation(of: motion))
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
        reduced.load(planes, background: background, excluded: blocked, stabilizer: stabilizer)
        looks?.follow(reduced, background)
    }

    /// Takes a frame, smoothed and compared with the background.
    private func load(_ planes: FramePlanes) {
        reduced.load(planes, background: background, excluded: blocked, stabilizer: stabilizer)
        cm_smooth_both(
            reduced.luma.pixels, background.level.pixels, smoothed.pixels, residual.pixels, Int32(width), Int32(height),
            rows.pixels)
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
                values[index] = UInt8(min(255, abs(residual[index].greyLevels) / deviation * 25.5))
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
        stabilizer.learn(background: background.level)
        history.reset()
        history.append(smoothed, seconds: seconds, span: settings.movingSpanSeconds)
        foreground.clear()
        blocked.clear()
        moving.clear()
        kept.removeAll(keepingCapacity: true)
        warmAt = seconds + warmUp
    }

    /// Fills `moving`.
    private func detectMotion(seconds: Double) {
        guard let past = history.reference(before: seconds, span: settings.movingSpanSeconds) else { return }
        let count = Int32(width * height)
        cm_subtract(smoothed.pixels, past.pixels, motion.pixels, count)
        let deviation = max(0.4, gauge.deviation(of: motion))
        // Smoothing 3 x 3 and differencing: deviation = noise x sqrt(2) / 3, for noise without correlation.
        pixelNoise += 0.1 * (min(6, deviation * 2.1) - pixelNoise)
        let floor = max(Float(settings.weakLevels), 4.5 * deviation)
        cm_find_moving(
            motion.pixels, background.variance.pixels, background.edges.pixels, floor * floor, moving.pixels, count)
        history.append(smoothed, seconds: seconds, span: settings.movingSpanSeconds)
    }

    /// Fills `foreground`.
    private func compare() {
        noise = max(0.4, gauge.deviation(of: residual))
        // Frames noisier than usual (key frames of a poor encoder, rain) raise the thresholds for themselves.
        let excess = max(1, min(3, noise / max(0.6, typicalNoise)))
        typicalNoise += 0.05 * (min(noise, 3 * typicalNoise) - typicalNoise)
        compareChroma(excess: excess)
        func limit(_ levels: Double, _ deviations: Double) -> cm_limit {
            let floor = Float(levels) * excess
            return cm_limit(floor: floor * floor, factor: Float(deviations * deviations) * excess * excess)
        }
        cm_find_foreground(
            residual.pixels, background.variance.pixels, background.edges.pixels, background.learned.pixels,
            Background.isKnown, dynamic.places.pixels, chromaClass.pixels, Int32(reduced.chromaWidth),
            Int32(reduced.chromaHeight), limit(settings.strongLevels, settings.strongDeviations),
            limit(settings.weakLevels, settings.weakDeviations), foreground.pixels, Int32(width), Int32(height))
    }

    private func compareChroma(excess: Float) {
        guard reduced.hasChroma else {
            chromaClass.clear()
            return
        }
        smoothedU.smooth(reduced.chromaU, less: background.chromaU.level, row: rows.pixels)
        smoothedV.smooth(reduced.chromaV, less: background.chromaV.level, row: rows.pixels)
        cm_find_colours(
            smoothedU.pixels, smoothedV.pixels, background.chromaVariance.pixels, excess, chromaSquares.pixels,
            chromaClass.pixels, Int32(chromaClass.count))
    }

    /// Cleans the foreground, notices global changes, and learns.
    private func conclude(seconds: Double) -> MotionDetector.Status {
        close()
        let measure = measureChange()
        var status = MotionDetector.Status(movingFraction: measure.moving)
        if let warmAt, seconds < warmAt {
            // Learning: nothing is reported, and only what moves is kept out.
            foreground.clear()
            blocked.clear()
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
            moving: moving, change: motion, foreground: foreground, objects: components.list, seconds: seconds)
        keepComponents()
        blocked.dilate(foreground, row: byteRow.pixels)
        let rate = Float(min(0.5, stepSeconds / settings.backgroundSeconds))
        background.learn(
            reduced, residual: residual, blocked: blocked, moving: moving, knownFrames: knownFrames, rate: rate)
        if reduced.hasChroma {
            // While learning the mean follows fast; an object that passes leaves a trace for a moment only.
            background.learnChroma(
                reduced, squares: chromaSquares, blocked: warmAt == nil ? blocked : moving,
                rate: warmAt == nil ? rate : 0.2)
        }
        if frames % 8 == 0 {
            background.updateEdges()
            if frames % 64 == 0 || warmAt != nil { stabilizer.learn(background: background.level) }
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
        scratch.dilate(foreground, row: byteRow.pixels)
        blocked.erode(scratch, row: byteRow.pixels)
        // What was set stays set; gaps that closing filled are weak.
        cm_add_weak(blocked.pixels, foreground.pixels, Int32(foreground.count))
    }

    private func measureChange() -> GlobalChangeDetector.Measure {
        let cell = max(4, width / 16)
        let movingCount = cm_count(moving.pixels, Int32(moving.count))
        var changed = 0, cells = 0, changedCells = 0
        var top = 0
        while top < height {
            var left = 0
            let bottom = min(height, top + cell)
            while left < width {
                let right = min(width, left + cell)
                var inCell = 0
                for y in top..<bottom {
                    let start = y &* width &+ left
                    inCell &+= Int(cm_count(foreground.pixels + start, Int32(right - left)))
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
    fileprivate static let rate: Float = 0.2
    /// Squared change of colour that counts.
    private static let colour: Float = 16

    let luma: Look
    private let chromaU: Look
    private let chromaV: Look

    /// One plane of it.
    struct Look {
        let mean: Plane<Float>
        let level: Plane<Int16>

        init(_ frame: Plane<Int16>) {
            mean = Plane(width: frame.width, height: frame.height, filledWith: 0)
            level = Plane(width: frame.width, height: frame.height, filledWith: 0)
            level.copy(from: frame)
            for index in 0..<frame.count { mean.pixels[index] = frame.pixels[index].greyLevels }
        }

        func follow(_ now: Plane<Int16>, _ background: Plane<Float>, _ backgroundLevel: Plane<Int16>) {
            let mean = mean.pixels, new = now.pixels, other = background.pixels
            for index in 0..<now.count {
                let step = LookReference.rate * (new[index].greyLevels - mean[index])
                mean[index] += step
                other[index] += step
            }
            level.round(self.mean)
            backgroundLevel.round(background)
        }
    }

    init(_ frame: ReducedFrame) {
        luma = Look(frame.luma)
        chromaU = Look(frame.chromaU)
        chromaV = Look(frame.chromaV)
    }

    /// Clears the flags of pixels that look as they did at the looks before.
    func mask(_ flags: Plane<UInt8>, difference: Plane<Int16>, limit: Float, _ frame: ReducedFrame) {
        let colourWidth = frame.chromaWidth, lastX = colourWidth - 1, lastY = frame.chromaHeight - 1
        for y in 0..<flags.height {
            let row = y * flags.width, colourRow = min(lastY, y / 2) * colourWidth
            for x in 0..<flags.width where flags.pixels[row + x] != 0 {
                let at = colourRow + min(lastX, x / 2)
                let u = frame.chromaU.pixels[at].greyLevels - chromaU.mean.pixels[at]
                let v = frame.chromaV.pixels[at].greyLevels - chromaV.mean.pixels[at]
                if abs(difference.pixels[row + x].greyLevels) <= limit, u * u + v * v <= Self.colour {
                    flags.pixels[row + x] = 0
                }
            }
        }
    }

    /// Takes a look in, and moves the background by what it changes.
    func follow(_ frame: ReducedFrame, _ background: Background) {
        luma.follow(frame.luma, background.mean, background.level)
        chromaU.follow(frame.chromaU, background.chromaU.mean, background.chromaU.level)
        chromaV.follow(frame.chromaV, background.chromaV.mean, background.chromaV.level)
    }
}

/// Frames of the last moments, to compare the present one with that of about `span` seconds ago: at high frame rates
/// neighbouring frames hardly differ.
struct MotionHistory {
    private let planes: [Plane<Int16>]
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
    mutating func append(_ frame: Plane<Int16>, seconds: Double, span: Double) {
        let newest = (next + planes.count - 1) % planes.count
        if times.indices.contains(newest), seconds - times[newest] < span / 8 { return }
        planes[next].copy(from: frame)
        if times.count < planes.count { times.append(seconds) } else { times[next] = seconds }
        next = (next + 1) % planes.count
    }

    /// The newest frame at least `span` old (less 20 %), else the oldest there is.
    func reference(before seconds: Double, span: Double) -> Plane<Int16>? {
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

    /// Standard deviation that normally distributed residuals with the measured median magnitude would have, in grey levels.
    /// - Parameter other: taken off first.
    mutating func deviation(of residual: Plane<Int16>, less other: Plane<Int16>? = nil) -> Float {
        bins.withUnsafeMutableBufferPointer { bins in
            guard let start = bins.baseAddress else { return 0 }
            let seen = cm_magnitudes(
                residual.pixels, other?.pixels, Int32(residual.count), start, Int32(bins.count))
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
}
