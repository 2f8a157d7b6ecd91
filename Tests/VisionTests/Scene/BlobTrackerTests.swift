import Domain
import Foundation
import Testing

@testable import Vision

@Suite("Blob tracks")
struct BlobTrackerTests {
    @Test("a moving square is one track at the right place")
    func movingSquare() {
        var scene = SyntheticScene()
        let run = SceneRun()
        run.play(&scene, seconds: 3)
        var ids = Set<Int>()
        for step in 0..<40 {
            let x = 20 + step * 5
            scene.rectangles = [(Region(x: x, y: 100, width: 30, height: 40), 225)]
            let tracks = run.step(&scene)
            #expect(tracks.count <= 1)
            guard let track = tracks.first else {
                #expect(step < 3)
                continue
            }
            ids.insert(track.id?.rawValue ?? 0)
            #expect(abs(track.centroid.x - Double(x + 15)) <= 1)
            #expect(abs(track.centroid.y - 120) <= 1)
            #expect(track.cues.movingFraction > 0.2)
        }
        #expect(ids == [1])
    }

    @Test(
        "a falling box keeps its track from leaving to rest; the place it left is another", arguments: [10.0, 15, 25])
    func fall(framesPerSecond: Double) {
        var scene = SyntheticScene()
        let run = SceneRun(framesPerSecond: framesPerSecond)
        let box = Region(x: 150, y: 20, width: 22, height: 22)
        scene.rectangles = [(box, 225)]
        run.play(&scene, seconds: 3)
        var history: [Int: [BlobTrack]] = [:]
        let start = run.seconds
        while run.seconds - start < 3 {
            let time = run.seconds - start
            // 2 m of free fall at 60 grid pixels a metre, drifting to the left.
            let drop = min(118, 0.5 * 9.81 * 60 * time * time)
            let left = 150 - Int(min(drop, 118) / 6)
            scene.rectangles = [(Region(x: left, y: 20 + Int(drop), width: 22, height: 22), 225)]
            for track in run.step(&scene) { history[track.id?.rawValue ?? 0, default: []].append(track) }
        }
        let fallen = history.values.filter { ($0.last?.centroid.y ?? 0) > 140 }
        let ghosts = history.values.filter { ($0.last?.centroid.y ?? 0) < 45 }
        #expect(fallen.count == 1)
        #expect(ghosts.count == 1)
        // It was first seen while it left.
        #expect((fallen.first?.first?.centroid.y ?? 999) < 60)
        #expect(fallen.first?.last?.restingSince != nil)
        #expect(fallen.first?.last?.cues.outlineContrast ?? 0 > 0.6)
        #expect(ghosts.first?.last?.cues.outlineContrast ?? 1 < 0.45)
        #expect(history.count <= 3)
    }

    @Test(
        "a box on a patterned floor: what comes differs from what is around it, the place it leaves does not",
        arguments: [80.0, 185, 215], [60, 130])
    func comesAndGoes(level: Double, left: Int) throws {
        let box = (Region(x: left, y: 96, width: 26, height: 24), level)
        for comes in [true, false] {
            var scene = SyntheticScene()
            let run = SceneRun()
            scene.rectangles = comes ? [] : [box]
            run.play(&scene, seconds: 3)
            scene.rectangles = comes ? [box] : []
            let tracks = run.play(&scene, seconds: 3).last ?? []
            let contrast = try #require(tracks.max { $0.area < $1.area }?.cues.outlineContrast)
            #expect(comes ? contrast > 0.6 : contrast < 0.35, "comes: \(comes), \(contrast)")
        }
    }

    @Test("a faint puddle that grows is one track that holds what it was a moment ago")
    func puddle() {
        var scene = SyntheticScene()
        let run = SceneRun()
        scene.noise = 1.5
        run.play(&scene, seconds: 3)
        var ids = Set<Int>(), areas: [Double] = []
        for step in 0..<80 {
            scene.discs = [(Point(x: 200, y: 120), 3 + Double(step) * 0.35, -11)]
            let tracks = run.step(&scene)
            guard step > 20 else { continue }
            #expect(tracks.count == 1)
            guard let track = tracks.first else { continue }
            ids.insert(track.id?.rawValue ?? 0)
            areas.append(track.area)
            #expect(track.cues.containment > 0.95)
            #expect(track.cues.movingFraction < 0.5)
            #expect(track.cues.textureSimilarity > 0.5)
            #expect(track.cues.lumaRatio < 0.97)
        }
        #expect(ids.count == 1)
        #expect((areas.last ?? 0) > 3 * (areas.first ?? .infinity))
        let radius = 3 + 79 * 0.35
        #expect(abs((areas.last ?? 0) / (Double.pi * radius * radius) - 1) < 0.25)
    }

    @Test("a box that a person sets down is a track of its own that never moved")
    func setDown() {
        var scene = SyntheticScene()
        let run = SceneRun()
        run.play(&scene, seconds: 3)
        var boxTracks: [BlobTrack] = []
        for step in 0..<90 {
            // In from the left, waits by the place, goes back.
            let x = step < 30 ? step * 5 : (step < 50 ? 150 : 150 - (step - 50) * 5)
            let box =
                step < 40
                ? Region(x: x + 16, y: 110, width: 20, height: 20) : Region(x: 172, y: 124, width: 20, height: 20)
            scene.rectangles = [(Region(x: x, y: 80, width: 18, height: 64), 40), (box, 225)]
            let tracks = run.step(&scene)
            if step >= 65 { boxTracks += tracks.filter { $0.centroid.x > 168 } }
        }
        #expect(Set(boxTracks.compactMap(\.id)).count == 1)
        #expect(boxTracks.count >= 20)
        #expect(boxTracks.allSatisfy { abs($0.centroid.x - 182) < 2 && abs($0.centroid.y - 134) < 2 })
    }

    @Test("a box at rest keeps its track when someone walks in front of it")
    func occlusion() {
        var scene = SyntheticScene()
        let run = SceneRun()
        run.play(&scene, seconds: 3)
        let box = (Region(x: 150, y: 100, width: 26, height: 26), 225.0)
        scene.rectangles = [box]
        let before = run.play(&scene, seconds: 3).last ?? []
        #expect(before.count == 1)
        for step in 0..<35 {
            scene.rectangles = [box, (Region(x: 10 + step * 8, y: 70, width: 20, height: 80), 30)]
            run.step(&scene)
        }
        scene.rectangles = [box]
        let after = run.play(&scene, seconds: 2).last ?? []
        #expect(after.compactMap(\.id) == before.compactMap(\.id))
        #expect(abs((after.first?.area ?? 0) / (before.first?.area ?? 1) - 1) < 0.1)
    }

    @Test("two that cross stay two, and few tracks are made")
    func crossing() {
        var scene = SyntheticScene()
        let run = SceneRun()
        run.play(&scene, seconds: 3)
        var ids = Set<Int>(), last: [BlobTrack] = []
        for step in 0..<50 {
            scene.rectangles = [
                (Region(x: 20 + step * 5, y: 80, width: 18, height: 50), 230),
                (Region(x: 270 - step * 5, y: 90, width: 18, height: 50), 25),
            ]
            last = run.step(&scene)
            ids.formUnion(last.compactMap { $0.id?.rawValue })
        }
        #expect(last.count == 2)
        #expect(ids.count <= 4)
    }

    @Test("tracks are bounded, however much appears")
    func bounded() {
        var scene = SyntheticScene()
        let run = SceneRun()
        run.play(&scene, seconds: 3)
        for row in 0..<9 {
            for column in 0..<16 {
                scene.rectangles.append((Region(x: 5 + column * 20, y: 5 + row * 20, width: 8, height: 8), 240))
            }
        }
        run.play(&scene, seconds: 2)
        #expect(run.tracker.tracks.count <= TrackerSettings().maxTracks)
        #expect(!run.tracker.tracks.isEmpty)
    }

    @Test("a track that is gone ends once, after a moment of being lost")
    func ending() {
        var scene = SyntheticScene()
        let run = SceneRun()
        run.play(&scene, seconds: 3)
        for step in 0..<15 {
            scene.rectangles = [(Region(x: 60 + step * 4, y: 80, width: 24, height: 24), 230)]
            run.step(&scene)
        }
        scene.rectangles = []
        var ended: [TrackID] = []
        for _ in 0..<25 {
            run.step(&scene)
            ended += run.tracker.ended.compactMap(\.id)
        }
        #expect(ended == [TrackID(rawValue: 1)])
        #expect(run.tracker.tracks.isEmpty)
    }
}
