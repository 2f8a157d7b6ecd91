import Domain
import Media
import TestSupport
import Testing

@testable import Vision

/// How the times of a bad stream run. None of it may end the program, whatever is found in the frames.
enum Timeline: CaseIterable {
    case halfMissing
    case standsStill
    case jumps
    case bursts
    case rateChanges
    case stepsBack
    case anything

    /// The time of the next frame after `seconds`; a clock of 1/90,000 s.
    func next(after seconds: Double, frame: Int, _ generator: inout SeededGenerator) -> Double {
        switch self {
        case .halfMissing: seconds + Double(Int.random(in: 1...4, using: &generator)) / 15
        case .standsStill: frame % 9 < 4 ? seconds : seconds + 0.1
        case .jumps: seconds + (Int.random(in: 0..<12, using: &generator) == 0 ? 1.7 : 0.07)
        case .bursts: seconds + (frame % 3 == 0 ? 0.2 : 1 / 90_000)
        case .rateChanges: seconds + [0.2, 1.0 / 15, 1.0 / 60][frame / 25 % 3]
        case .stepsBack: frame % 60 == 59 ? seconds - 0.3 : seconds + 0.1
        case .anything:
            seconds + [0, 1 / 90_000, 0.01, 0.1, 0.5, 1.4, 12, -2][Int.random(in: 0..<8, using: &generator)]
        }
    }
}

@Suite("Frames at odd times")
struct OddTimesTests {
    /// Things that come, go, rest, split, grow together and jump.
    private struct Crowd {
        private var things: [(region: Region, stepX: Int, stepY: Int, level: Double)] = []

        mutating func step(_ generator: inout SeededGenerator) {
            if things.count < 9, Int.random(in: 0..<6, using: &generator) == 0 {
                let side = Int.random(in: 6...70, using: &generator)
                things.append(
                    (
                        Region(
                            x: Int.random(in: -20..<300, using: &generator),
                            y: Int.random(in: -20..<170, using: &generator), width: side,
                            height: Int.random(in: 6...70, using: &generator)), 0, 0,
                        [20, 60, 190, 240][Int.random(in: 0..<4, using: &generator)]
                    ))
            }
            for index in things.indices {
                switch Int.random(in: 0..<14, using: &generator) {
                case 0: (things[index].stepX, things[index].stepY) = (0, 0)
                case 1:
                    things[index].stepX = Int.random(in: -12...12, using: &generator)
                    things[index].stepY = Int.random(in: -6...6, using: &generator)
                case 2: things[index].region.x += Int.random(in: -40...40, using: &generator)
                default: break
                }
                things[index].region.x += things[index].stepX
                things[index].region.y += things[index].stepY
            }
            things.removeAll { _ in Int.random(in: 0..<60, using: &generator) == 0 }
        }

        var rectangles: [(region: Region, level: Double)] { things.map { ($0.region, $0.level) } }
    }

    @Test("tracks stay inside the frame and finite, whatever the times do", arguments: Timeline.allCases, 1...4)
    func tracker(timeline: Timeline, seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed) &* 977 &+ 5)
        var scene = SyntheticScene()
        let run = SceneRun()
        var crowd = Crowd()
        var seconds = 0.0
        var warm = 0
        for frame in 0..<220 {
            // A quiet beginning: later everything happens at once.
            if seconds > 2 { crowd.step(&generator) }
            scene.rectangles = crowd.rectangles
            run.step(&scene, at: seconds)
            if run.detector.status.isWarm { warm += 1 }
            let frameBox = Box(left: 0, top: 0, right: 319, bottom: 179)
            for track in run.tracker.tracks + run.tracker.ended {
                #expect(track.box.intersection(frameBox) == track.box.area, "\(track.box)")
                let numbers = [
                    track.centroid.x, track.centroid.y, track.velocity.x, track.velocity.y, track.area,
                    track.lastSeenSeconds, track.cues.movingFraction, track.cues.containment, track.cues.lumaRatio,
                ]
                #expect(numbers.allSatisfy { $0.isFinite }, "\(numbers)")
                #expect(track.lastSeenSeconds <= max(seconds, track.bornSeconds))
            }
            seconds = timeline.next(after: seconds, frame: frame, &generator)
        }
        // Times that step back by themselves begin anew all the time.
        if timeline != .anything { #expect(warm > 60) }
    }

    @Test(
        "a thing at rest that grows together with a larger one, while a piece of it stands apart, ends nothing but itself"
    )
    func dissolvedAtRest() {
        var scene = SyntheticScene()
        let run = SceneRun()
        let large = (region: Region(x: 60, y: 60, width: 70, height: 70), level: 225.0)
        let piece = (region: Region(x: 160, y: 80, width: 26, height: 40), level: 225.0)
        let other = (region: Region(x: 191, y: 80, width: 16, height: 40), level: 225.0)
        let bridge = (region: Region(x: 184, y: 90, width: 9, height: 10), level: 225.0)
        run.play(&scene, seconds: 3)
        scene.rectangles = [large]
        run.play(&scene, seconds: 2)
        let start = run.seconds
        // Seen apart for four frames, though for a second and more: the rest is missing.
        scene.rectangles = [large, piece, other, bridge]
        for later in [0.0, 0.1, 0.2, 0.7] { run.step(&scene, at: start + later) }
        let joint = (region: Region(x: 128, y: 90, width: 34, height: 12), level: 225.0)
        scene.rectangles = [large, piece, other, joint]
        for later in [1.9, 2.0, 2.1, 2.2] {
            run.step(&scene, at: start + later)
            #expect(!run.tracker.tracks.isEmpty)
            #expect(run.tracker.tracks.allSatisfy { $0.lastSeenSeconds.isFinite })
        }
    }

    @Test(
        "what is known of the scene stays known when the frame rate changes: what moves then is followed at once",
        arguments: [
            (before: 5.0, after: 15.0), (5, 30), (8, 25), (15, 5), (30, 8), (10, 60), (4, 10),
        ])
    func rateChange(before: Double, after: Double) {
        var scene = SyntheticScene()
        let run = SceneRun()
        var seconds = 0.0
        while seconds < 4 {
            run.step(&scene, at: seconds)
            seconds += 1 / before
        }
        let change = seconds
        var seen = 0, frames = 0, ids = Set<Int>()
        while seconds < change + 2 {
            let x = 20 + Int((seconds - change) * 80)
            scene.rectangles = [(Region(x: x, y: 80, width: 24, height: 40), 225)]
            let tracks = run.step(&scene, at: seconds)
            ids.formUnion(tracks.compactMap { $0.id?.rawValue })
            if seconds > change + max(0.45, 3 / after) {
                frames += 1
                if tracks.contains(where: { abs($0.centroid.x - Double(x + 12)) < 4 }) { seen += 1 }
            }
            seconds += 1 / after
        }
        #expect(seen == frames && frames > 4, "\(seen) of \(frames)")
        #expect(ids.count == 1)
    }

    @Test("a box that falls soon after the frame rate has changed keeps its track from leaving to rest")
    func fallAfterRateChange() {
        var scene = SyntheticScene()
        let run = SceneRun()
        let box = Region(x: 150, y: 20, width: 22, height: 22)
        scene.rectangles = [(box, 225)]
        var seconds = 0.0
        while seconds < 4 {
            run.step(&scene, at: seconds)
            seconds += 0.2
        }
        var history: [Int: [BlobTrack]] = [:]
        while seconds < 7.5 {
            let time = max(0, seconds - 4.6)
            let drop = min(118, 0.5 * 9.81 * 60 * time * time)
            scene.rectangles = [(Region(x: 150 - Int(drop / 6), y: 20 + Int(drop), width: 22, height: 22), 225)]
            for track in run.step(&scene, at: seconds) { history[track.id?.rawValue ?? 0, default: []].append(track) }
            seconds += 1.0 / 15
        }
        let fallen = history.values.filter { ($0.last?.centroid.y ?? 0) > 140 }
        #expect(fallen.count == 1)
        #expect((fallen.first?.first?.centroid.y ?? 999) < 70)
        #expect(fallen.first?.last?.restingSince != nil)
    }

    @Test("a still scene stays empty while the frame rate changes to and fro", arguments: 1...3)
    func stillScene(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var scene = SyntheticScene()
        let run = SceneRun()
        var seconds = 0.0, warm = 0
        for frame in 0..<300 {
            #expect(run.step(&scene, at: seconds).isEmpty)
            if run.detector.status.isWarm { warm += 1 }
            seconds = (seed == 1 ? Timeline.rateChanges : .halfMissing).next(after: seconds, frame: frame, &generator)
        }
        #expect(warm > 220)
    }

    @Test("a scene tracker takes any times, epochs and sizes", arguments: 1...6)
    func sceneTracker(seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed) &* 31)
        let tracker = SceneTracker(family: FakeFamily())
        let sizes = [
            FrameSize(width: 320, height: 180), FrameSize(width: 64, height: 37), FrameSize(width: 1, height: 1),
            FrameSize(width: 640, height: 3), FrameSize(width: 5, height: 90), FrameSize(width: 33, height: 2),
        ]
        var size = sizes[0], seconds = 0.0, epoch = 0
        var block = Region(x: 0, y: 0, width: 20, height: 20)
        for frame in 0..<240 {
            switch Int.random(in: 0..<50, using: &generator) {
            case 0: size = sizes[Int.random(in: 0..<sizes.count, using: &generator)]
            case 1: epoch += 1
            case 2: seconds -= 1
            default: break
            }
            if frame % 40 < 25 { block.x = (block.x + 7) % 300 }
            let luma = (0..<size.area).map { index -> UInt8 in
                let x = index % size.width, y = index / size.width
                let inside = block.contains(Point(x: Double(x), y: Double(y)))
                return inside ? 230 : UInt8(90 + (x / 7 + y / 5) % 3 * 20) &+ UInt8(generator.next() & 3)
            }
            let observation = try await tracker.observe(
                VideoFrame(luma: luma, size: size, time: MediaTime(epoch: epoch, seconds: seconds)))
            for track in observation.tracks {
                #expect(track.sample.region.clamped(to: size) == track.sample.region || track.phase == .ended)
                #expect(track.sample.centroid.x.isFinite && track.sample.area.isFinite)
            }
            let timeline = Timeline.allCases[frame / 40 % Timeline.allCases.count]
            seconds = timeline.next(after: seconds, frame: frame, &generator)
        }
        #expect(await tracker.networkFailures == 0)
    }
}
