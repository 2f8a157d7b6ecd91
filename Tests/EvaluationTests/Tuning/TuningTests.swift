import Domain
import Foundation
import Incidents
import Testing

@testable import Evaluation

@Suite("Tuning")
struct TuningTests {
    @Test("a grid is all combinations, on top of the settings")
    func grid() throws {
        var base = RuleSettings()
        base.fallingObject.restSeconds = 0.9
        let grid = try TuningGrid(
            rule: "falling_object",
            values: [("min_drop_picture_heights", [0.05, 0.1]), ("max_fall_seconds", [1, 1.5, 2])], base: base)
        #expect(grid.points.count == 6 && grid.kind == .fallingObject)
        let last = try #require(grid.points.last?.settings.fallingObject)
        #expect(last.minDrop.pictureHeights == 0.1 && last.maxFallSeconds == 2 && last.restSeconds == 0.9)
    }

    @Test("a parameter in pixels, which has no default, can be tried too")
    func pixels() throws {
        let grid = try TuningGrid(
            rule: "falling_object", values: [("min_drop_pixels", [20, 40])], base: RuleSettings())
        #expect(grid.points.map(\.settings.fallingObject.minDrop.pixels) == [20, 40])
    }

    @Test("without values each number is tried below and above what it is")
    func usual() throws {
        let grid = try TuningGrid(rule: "spill", values: [], base: RuleSettings())
        #expect(grid.points.first?.values.isEmpty == true)
        let ratios = grid.points.map(\.settings.spill.minGrowthRatio)
        #expect(Set(ratios).count == 3)
    }

    @Test("unknown rules and parameters are refused with what there is")
    func refused() {
        #expect { try TuningGrid(rule: "falling", values: [], base: RuleSettings()) } throws: {
            "\($0)".contains("falling_object")
        }
        #expect { try TuningGrid(rule: "spill", values: [("min_are", [1])], base: RuleSettings()) } throws: {
            "\($0)".contains("min_area_fraction")
        }
        #expect {
            try TuningGrid(
                rule: "spill", values: [("min_growth_ratio", Array(repeating: 1.2, count: 3000))], base: RuleSettings())
        } throws: { "\($0)".contains("3000") }
    }

    /// A box that falls by `drop` picture heights from 3 s on, 10 frames a second.
    private func scene(_ name: String, drop: Double, expected: Bool) -> LabelledScene {
        let size = FrameSize(width: 640, height: 360)
        let observations = (0..<90).map { index -> SceneObservation in
            let now = Double(index) / 10, t = max(0, now - 3)
            let y = (0.3 + min(drop, t * t)) * 360
            let moving = t > 0 && t * t < drop
            let region = Region(x: 300, y: Int(y) - 20, width: 40, height: 40)
            let cues = MotionCues(
                movingFraction: moving ? 0.8 : 0, containment: moving ? 0.6 : 1, textureSimilarity: 0.05,
                lumaRatio: 1.2,
                textureRatio: 1)
            let sample = TrackSample(
                seconds: now, region: region, centroid: Point(x: 320, y: y), area: 1600, cues: cues)
            return SceneObservation(
                time: MediaTime(seconds: now), date: Date(timeIntervalSince1970: now), frameSize: size,
                tracks: [
                    TrackObservation(
                        id: TrackID(rawValue: 1), origin: .motion, phase: index == 0 ? .appeared : .continued,
                        sample: sample)
                ])
        }
        let label = IncidentLabel.Expected(
            kind: "falling_object", startSeconds: 3, endSeconds: 3 + drop.squareRoot(),
            region: Region(x: 300, y: 88, width: 40, height: Int(drop * 360) + 40))
        return LabelledScene(
            name: name, expected: expected ? label : nil, zones: [], size: size, observations: observations)
    }

    @Test("recall falls and precision rises with the threshold")
    func replay() throws {
        let scenes = [
            scene("high", drop: 0.4, expected: true), scene("low", drop: 0.2, expected: true),
            scene("set down hard", drop: 0.12, expected: false),
        ]
        let grid = try TuningGrid(
            rule: "falling_object", values: [("min_drop_picture_heights", [0.05, 0.15, 0.3])], base: RuleSettings())
        let scores = grid.points.map { RuleReplay.score(scenes, kind: .fallingObject, settings: $0.settings) }
        #expect(scores.map(\.hits) == [2, 2, 1] && scores.map(\.falseAlarms) == [1, 0, 0])
        #expect(scores[1].precision == 1 && scores[1].recall == 1 && scores[1].f1 == 1)
        #expect((scores[1].delayMedianSeconds ?? -1) > 0)
        #expect(scores[2].recall == 0.5)
    }
}
