import Domain
import Media
import TestSupport
import Testing

@testable import Vision

@Suite("Motion detector")
struct MotionDetectorTests {
    /// That nothing was found means something only where a thing would have been.
    private func expectSight(_ run: SceneRun, _ scene: inout SyntheticScene) {
        scene.rectangles.append((Region(x: 150, y: 90, width: 24, height: 24), 30))
        #expect(run.play(&scene, seconds: 1).last?.count == 1)
    }

    @Test("a still, noisy scene shows nothing")
    func stillScene() {
        var scene = SyntheticScene()
        let run = SceneRun()
        scene.noise = 4
        #expect(run.play(&scene, seconds: 8).allSatisfy { $0.isEmpty })
        // All but the warm-up of two seconds.
        #expect(run.warmFrames == 60)
        #expect(run.detector.status.movingFraction < 0.001)
    }

    @Test("nothing is reported before the scene is known, and the warm-up is as long as asked")
    func warmUp() throws {
        var settings = MotionSettings()
        settings.warmUpSeconds = 1
        var scene = SyntheticScene()
        let run = SceneRun(settings: settings)
        var warmAt: Double?
        while run.seconds < 2 {
            let now = run.seconds
            scene.rectangles = [(Region(x: 40 + run.frame * 3, y: 80, width: 20, height: 30), 220)]
            run.step(&scene)
            if run.detector.status.isWarm {
                warmAt = warmAt ?? now
            } else {
                let core = try #require(run.detector.core)
                #expect(core.kept.isEmpty)
                #expect((0..<core.foreground.count).allSatisfy { core.foreground.pixels[$0] == 0 })
            }
        }
        #expect(warmAt == 1)
        #expect(run.play(&scene, seconds: 0.5).last?.isEmpty == false)
    }

    @Test("someone who walks by during the warm-up leaves no trace in the background")
    func walkerDuringWarmUp() {
        var scene = SyntheticScene()
        let run = SceneRun()
        while run.seconds < 2.5 {
            scene.rectangles = [(Region(x: 20 + run.frame * 8, y: 60, width: 20, height: 50), 230)]
            run.step(&scene)
        }
        scene.rectangles = []
        run.play(&scene, seconds: 1.5)
        let before = run.warmFrames
        #expect(run.play(&scene, seconds: 1).allSatisfy { $0.isEmpty })
        #expect(run.warmFrames == before + 10)
    }

    @Test("a drifting exposure shows nothing and is measured")
    func exposureDrift() {
        var scene = SyntheticScene()
        let run = SceneRun()
        run.play(&scene, seconds: 3)
        var seen = 0
        for _ in 0..<80 {
            scene.gain += 0.004
            scene.offset -= 0.15
            seen += run.step(&scene).count
        }
        #expect(seen == 0)
        #expect(run.warmFrames == 10 + 80)
        #expect(run.detector.status.globalChange == nil)
    }

    @Test("an exposure that jumps is a change of light, and shows nothing")
    func exposureJump() {
        var scene = SyntheticScene()
        let run = SceneRun()
        run.play(&scene, seconds: 3)
        scene.gain = 1.25
        var changes: [SceneObservation.GlobalChange?] = []
        for _ in 0..<40 {
            #expect(run.step(&scene).isEmpty)
            changes.append(run.detector.status.globalChange)
        }
        #expect(changes.contains(.light))
        #expect(run.detector.status.isWarm)
        expectSight(run, &scene)
    }

    @Test("an exposure that drops for a moment leaves what is known as it was")
    func exposureDip() {
        var scene = SyntheticScene()
        let run = SceneRun()
        scene.rectangles = []
        run.play(&scene, seconds: 3)
        scene.rectangles = [(Region(x: 150, y: 90, width: 24, height: 24), 30)]
        let before = run.play(&scene, seconds: 2).last?.compactMap(\.id)
        scene.gain = 0.8
        run.play(&scene, seconds: 0.3)
        scene.gain = 1
        let after = run.play(&scene, seconds: 1.5).last?.compactMap(\.id)
        #expect(before?.count == 1)
        #expect(after == before)
    }

    @Test("a ticking clock overlay is learned and shows nothing any more")
    func clock() {
        var scene = SyntheticScene()
        let run = SceneRun()
        var late = 0
        while run.seconds < 25 {
            let second = Int(run.seconds)
            // Two digits of four strokes each: the units change each second, the tens each ten.
            scene.rectangles = []
            for (place, value) in [second / 10, second % 10].enumerated() {
                for stroke in 0..<4 {
                    let isLit = (value * 7 + stroke * 3) % 5 < 2 || (value + stroke) % 2 == 0
                    let region = Region(x: 260 + place * 8, y: 8 + stroke * 2, width: 6, height: 2)
                    scene.rectangles.append((region, isLit ? 250 : 20))
                }
            }
            let tracks = run.step(&scene)
            if run.seconds > 14 { late += tracks.count }
        }
        #expect(late == 0)
        #expect(run.warmFrames > 200)
        expectSight(run, &scene)
    }

    @Test("a slight camera shake shows nothing")
    func shake() {
        var scene = SyntheticScene()
        let run = SceneRun()
        run.play(&scene, seconds: 3)
        var generator = SeededGenerator(seed: 3)
        var seen = 0
        for _ in 0..<50 {
            scene.shiftX = Int.random(in: -2...2, using: &generator)
            scene.shiftY = Int.random(in: -2...2, using: &generator)
            seen += run.step(&scene).count
        }
        #expect(seen == 0)
        #expect(run.warmFrames == 10 + 50)
    }

    @Test("lights that switch are a global change; the scene is learned anew, then things are seen again")
    func lightSwitch() {
        var scene = SyntheticScene()
        let run = SceneRun()
        run.play(&scene, seconds: 3)
        // Lamps light places differently: no exposure explains it.
        scene.discs = [(Point(x: 90, y: 90), 110, 75), (Point(x: 260, y: 60), 70, 55)]
        var changes: [SceneObservation.GlobalChange?] = []
        var seen = 0
        for _ in 0..<40 {
            seen += run.step(&scene).count
            changes.append(run.detector.status.globalChange)
        }
        #expect(changes.contains(.light))
        #expect(seen == 0)
        #expect(run.detector.status.isWarm)
        scene.rectangles = [(Region(x: 150, y: 90, width: 24, height: 24), 30)]
        #expect(run.play(&scene, seconds: 1).last?.count == 1)
    }

    @Test("a turned camera is a change of the view")
    func turnedCamera() {
        var scene = SyntheticScene()
        let run = SceneRun()
        run.play(&scene, seconds: 3)
        scene.view = 1
        var changes: [SceneObservation.GlobalChange?] = []
        for _ in 0..<90 {
            #expect(run.step(&scene).isEmpty)
            changes.append(run.detector.status.globalChange)
        }
        #expect(changes.contains(.view))
        #expect(run.detector.status.isWarm)
        expectSight(run, &scene)
    }

    @Test("a thing that came to rest stays in front for a minute, then becomes background")
    func absorption() {
        var scene = SyntheticScene()
        let run = SceneRun(framesPerSecond: 4)
        run.play(&scene, seconds: 3)
        scene.rectangles = [(Region(x: 150, y: 90, width: 24, height: 24), 30)]
        let before = run.play(&scene, seconds: 55)
        #expect(before.dropFirst(4).allSatisfy { $0.count == 1 })
        #expect(run.play(&scene, seconds: 10).last?.isEmpty == true)
        #expect(run.detector.status.isWarm)
    }

    @Test("frames of a few pixels' height or width are read inside their buffers only")
    func fewPixels() throws {
        var sizes = [(1280, 1), (1280, 2), (1280, 3), (1920, 5), (3840, 7), (3841, 9), (1, 720), (2, 721), (3, 1080)]
        for width in [1, 2, 3, 7, 16] { for height in 1...16 { sizes.append((width, height)) } }
        for (width, height) in sizes {
            let luma = try GuardedBytes(count: width * height)
            let chroma = try GuardedBytes(count: ((width + 1) / 2) * ((height + 1) / 2))
            let detector = MotionDetector()
            for frame in 0..<4 {
                luma.fill(UInt8(90 + frame * 20))
                chroma.fill(UInt8(120 + frame))
                let planes = FramePlanes(
                    size: FrameSize(width: width, height: height), luma: luma.bytes, lumaStride: width,
                    chroma: .init(u: chroma.bytes, v: chroma.bytes, stride: (width + 1) / 2))
                detector.analyse(planes, seconds: Double(frame) / 10)
            }
            let frame = try #require(detector.core?.reduced)
            #expect(frame.width * frame.factor <= width && frame.height * frame.factor <= height)
            // The mean of the blocks, not of what lies behind them.
            #expect((0..<frame.raw.count).allSatisfy { frame.raw.pixels[$0].greyLevels == 150 })
        }
    }

    @Test("frames of another size and clocks that step back start anew instead of failing")
    func anotherSize() {
        let detector = MotionDetector()
        for (width, height, seconds) in [(320, 180, 0.0), (640, 360, 0.1), (7, 5, 0.2), (640, 360, 5), (640, 360, 1)] {
            let luma = [UInt8](repeating: 90, count: width * height)
            luma.withUnsafeBufferPointer { bytes in
                guard let start = bytes.baseAddress else { return }
                let size = FrameSize(width: width, height: height)
                detector.analyse(FramePlanes(size: size, luma: start, lumaStride: width, chroma: nil), seconds: seconds)
            }
            #expect(detector.status.restarted)
            #expect(!detector.status.isWarm)
        }
    }

    @Test(
        "frames seconds apart in a still scene leave the rate and what is known as they are; what comes then is seen at once"
    )
    func pauses() throws {
        var scene = SyntheticScene()
        let detector = MotionDetector()
        func frame(_ seconds: Double, _ continuity: VideoFrame.Continuity = .next) throws -> VideoFrame {
            try VideoFrame(
                luma: scene.luma(), size: scene.size, time: MediaTime(seconds: seconds), continuity: continuity)
        }
        for index in 0..<100 { detector.analyse(try frame(Double(index) / 10)) }
        let core = try #require(detector.core)
        let rate = core.frameSeconds
        var seconds = 10.0
        for _ in 0..<20 {
            seconds += 4
            #expect(detector.isUnchanged(try frame(seconds, .alone)))
            detector.follow(try frame(seconds, .alone))
            #expect(detector.status.isWarm && core.kept.isEmpty)
        }
        #expect(core.frameSeconds == rate)
        // What a look finds is not learned.
        scene.rectangles = [(Region(x: 120, y: 80, width: 30, height: 40), 225)]
        #expect(!detector.isUnchanged(try frame(seconds + 4, .alone)))
        scene.rectangles = []
        detector.analyse(try frame(seconds + 2, .resumed))
        #expect(core.kept.isEmpty && core.frameSeconds == rate)
        detector.analyse(try frame(seconds + 2.1))
        #expect(core.kept.isEmpty)
        scene.rectangles = [(Region(x: 120, y: 80, width: 30, height: 40), 225)]
        detector.analyse(try frame(seconds + 2.2))
        #expect(core.kept.count == 1)
    }

    @Test(
        "nothing is called unchanged before the scene is known, or when its size, its light or its place in time is another"
    )
    func unknownScenes() throws {
        var scene = SyntheticScene()
        let detector = MotionDetector()
        func frame(_ seconds: Double) throws -> VideoFrame {
            try VideoFrame(luma: scene.luma(), size: scene.size, time: MediaTime(seconds: seconds), continuity: .alone)
        }
        #expect(!detector.isUnchanged(try frame(0)))
        for index in 0..<60 { detector.analyse(try frame(Double(index) / 10)) }
        #expect(detector.isUnchanged(try frame(8)))
        #expect(!detector.isUnchanged(try frame(30)))
        #expect(!detector.isUnchanged(try frame(3)))
        scene.view = 1
        #expect(!detector.isUnchanged(try frame(8)))
        let small = try VideoFrame(
            luma: [UInt8](repeating: 90, count: 160 * 90), size: FrameSize(width: 160, height: 90),
            time: MediaTime(seconds: 8), continuity: .alone)
        #expect(!detector.isUnchanged(small))
    }
}
