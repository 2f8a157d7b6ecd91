import Domain
import TestSupport

@testable import Vision

/// A made-up camera: a textured wall and floor, things painted over it, a lens that shakes, an exposure that drifts,
/// sensor noise from a seeded generator.
struct SyntheticScene {
    let size = FrameSize(width: 320, height: 180)
    /// Standard deviation of the noise, in grey levels.
    var noise = 2.0
    var gain = 1.0
    var offset = 0.0
    var shiftX = 0
    var shiftY = 0
    /// Which wall: another number is another view.
    var view = 0
    var rectangles: [(region: Region, level: Double)] = []
    var discs: [(center: Point, radius: Double, difference: Double)] = []
    private var generator = SeededGenerator(seed: 7)

    /// The bare scene at a place, without noise.
    func background(_ x: Int, _ y: Int) -> Double {
        let u = x + view * 37, v = y + view * 23
        var level = 110 + 0.15 * Double(y)
        // Shelves and posts give the stabiliser corners.
        if v % 45 < 4 { level += 45 }
        if u % 60 < 5 { level -= 40 }
        if (u / 12 + v / 9) % 5 == 0 { level += 18 }
        return level
    }

    mutating func luma() -> [UInt8] {
        var pixels = [Double](repeating: 0, count: size.area)
        for y in 0..<size.height {
            for x in 0..<size.width { pixels[y * size.width + x] = background(x + shiftX, y + shiftY) }
        }
        for (region, level) in rectangles {
            let region = Region(x: region.x - shiftX, y: region.y - shiftY, width: region.width, height: region.height)
            let part = region.clamped(to: size)
            for y in part.y..<max(part.y, part.endY) {
                for x in part.x..<max(part.x, part.endX) {
                    // A little print on the box.
                    let print = ((x - region.x) / 4 + (y - region.y) / 4) % 2 == 0 ? 6.0 : -6.0
                    pixels[y * size.width + x] = level + print
                }
            }
        }
        for disc in discs {
            for y in 0..<size.height {
                for x in 0..<size.width
                where Point(x: Double(x) + 0.5, y: Double(y) + 0.5).distance(to: disc.center) <= disc.radius {
                    pixels[y * size.width + x] += disc.difference
                }
            }
        }
        return pixels.map { level in
            let random = generator.next()
            // The sum of four uniform bytes is nearly normal, with a deviation of 147.8.
            let sum = (random & 255) + (random >> 8 & 255) + (random >> 16 & 255) + (random >> 24 & 255)
            let grain = (Double(sum) - 510) / 147.8 * noise
            return UInt8(min(255, max(0, (level * gain + offset + grain).rounded())))
        }
    }
}

/// Motion detector and tracker on synthetic frames, at a steady frame rate unless times are given.
final class SceneRun {
    let detector: MotionDetector
    let tracker: BlobTracker
    let framesPerSecond: Double
    private(set) var frame = 0
    /// Frames in which something could have been seen. What is empty only because the detector is cold proves nothing.
    private(set) var warmFrames = 0

    init(framesPerSecond: Double = 10, settings: MotionSettings = MotionSettings()) {
        detector = MotionDetector(settings: settings)
        tracker = BlobTracker(
            width: 320, height: 180, settings: TrackerSettings(), motion: settings, ids: TrackNumbers())
        self.framesPerSecond = framesPerSecond
    }

    var seconds: Double { Double(frame) / framesPerSecond }

    /// The tracks with an id that the frame shows; none while the detector is cold.
    @discardableResult
    func step(_ scene: inout SyntheticScene, at given: Double? = nil) -> [BlobTrack] {
        let seconds = given ?? seconds
        let luma = scene.luma()
        luma.withUnsafeBufferPointer { bytes in
            guard let luma = bytes.baseAddress else { return }
            detector.analyse(
                FramePlanes(size: scene.size, luma: luma, lumaStride: scene.size.width, chroma: nil), seconds: seconds)
        }
        frame += 1
        guard let core = detector.core else { return [] }
        if detector.status.restarted { tracker.reset() }
        guard detector.status.isWarm else {
            tracker.pause()
            return []
        }
        warmFrames += 1
        tracker.update(core, seconds: seconds)
        tracker.markReported()
        return tracker.tracks.filter { $0.isSeen && $0.id != nil }
    }

    /// Plays the scene as it is.
    @discardableResult
    func play(_ scene: inout SyntheticScene, seconds: Double) -> [[BlobTrack]] {
        (0..<Int((seconds * framesPerSecond).rounded())).map { _ in step(&scene) }
    }
}
