import Domain
import Testing

@testable import Incidents

/// What `watch --explain` shows: each rule's scores beside its thresholds.
@Suite("Explaining")
struct ExplainTests {
    private static let walkway = Zone(
        name: "Main", kind: .walkway,
        polygon: Polygon(points: [Point(x: 0, y: 0.5), Point(x: 1, y: 0.5), Point(x: 1, y: 1), Point(x: 0, y: 1)]))

    /// The scores of one kind after each frame, by parameter.
    private func scores(
        _ scene: SceneBuilder, _ kind: IncidentKind, _ settings: RuleSettings = RuleSettings(),
        marked: [MarkedObject] = []
    ) -> [(seconds: Double, scores: [String: RuleScore])] {
        var engine = Judging.engine(settings, zones: scene.zones)
        engine.follow(marked)
        return scene.observations().map { observation in
            _ = engine.step(observation)
            let own = engine.scores(observation).filter { $0.kind == kind }
            return (observation.time.seconds, Dictionary(own.map { ($0.parameter, $0) }) { first, _ in first })
        }
    }

    /// Something that stands from 2 s on.
    private func thing(contrast: Double) -> SceneBuilder.Actor {
        { seconds in
            guard seconds >= 2 else { return nil }
            var look = SceneBuilder.Look.box(x: 0.9, y: 0.8, moving: seconds < 2.4)
            look.cues.outlineContrast = contrast
            return look
        }
    }

    @Test("object_left: how long it has been alone, its size, its outline")
    func left() throws {
        var scene = SceneBuilder(seconds: 10)
        scene.zones = [Self.walkway]
        scene.actors = [thing(contrast: 0.8)]
        let last = try #require(scores(scene, .objectLeft).last?.scores)
        let stay = try #require(last["stay_seconds"])
        #expect(stay.threshold == 30 && stay.measured > 5 && stay.measured < 8 && !stay.isMet)
        #expect(last["min_area_fraction"]?.isMet == true)
        let outline = try #require(last["min_outline_contrast"])
        #expect(abs(outline.measured - 0.8) < 0.01 && outline.isMet)
        #expect(stay.track == TrackID(rawValue: 1))
    }

    @Test("object_removed: how long it had stood, how long its place is empty, its outline")
    func removed() throws {
        var scene = SceneBuilder(seconds: 10)
        scene.actors = [thing(contrast: 0.2)]
        let last = try #require(scores(scene, .objectRemoved).last?.scores)
        let stood = try #require(last["min_stood_seconds"])
        #expect(stood.threshold == 600 && abs(stood.measured - 2) < 0.3 && !stood.isMet)
        #expect(last["max_outline_contrast"]?.isMet == true && last["stay_seconds"]?.isMet == false)
        scene.actors = [thing(contrast: 0.8)]
        let other = try #require(scores(scene, .objectRemoved).last?.scores["max_outline_contrast"])
        #expect(!other.isMet)
    }

    @Test("toppled_stack: height, sinking and shape while it happens, and nothing any more once it is old")
    func topple() throws {
        var scene = SceneBuilder(framesPerSecond: 12.5, seconds: 14)
        scene.actors = [
            { time in
                guard time >= 3 else { return nil }
                let u = min(1, (time - 3) / 0.8), width = 0.12 + 0.24 * u
                var look = SceneBuilder.Look(x: 0.84 + width / 2, y: 0.5, width: width, height: 0.3, fill: 0.7)
                guard u < 1 else { return look }
                look = look.moving(0.6, containment: 0.97)
                look.cues.movingCentroid = Point(x: 330, y: (0.42 + 0.15 * u * u) * 360)
                return look
            }
        ]
        let all = scores(scene, .toppledStack)
        let during = try #require(all.last { $0.seconds < 4.5 }?.scores)
        #expect(during["min_height_picture_heights"]?.isMet == true && during["min_sink_fraction"]?.isMet == true)
        #expect(during["min_sink_speed_picture_heights"]?.isMet == true && during["max_aspect_kept"]?.isMet == true)
        #expect(all.last?.scores.isEmpty == true)
    }

    @Test("marked_object_moved: how far from its place, and for how long")
    func marked() throws {
        let size = FrameSize(width: 640, height: 360), track = TrackID(rawValue: 9)
        var engine = Judging.engine()
        let object = FollowedObject(
            id: FollowedObjectID(rawValue: "01object"), camera: Judging.camera, name: "Crate 7", frameSize: size,
            conditions: Set(FollowedObject.Condition.allCases))
        engine.follow([MarkedObject(object: object, track: track)])
        var last: [RuleScore] = []
        for step in 0..<30 {
            let time = Double(step) / 5, x = 300 + 30 * max(0, time - 4)
            let sample = TrackSample(
                seconds: time, region: Region(x: Int(x) - 20, y: 180, width: 40, height: 40),
                centroid: Point(x: x, y: 200), area: 1600)
            let observation = SceneObservation(
                time: MediaTime(seconds: time), date: SceneBuilder.startDate, frameSize: size,
                tracks: [TrackObservation(id: track, origin: .prompt, phase: .continued, sample: sample)])
            _ = engine.step(observation)
            last = engine.scores(observation).filter { $0.kind == .markedObjectMoved }
        }
        let moved = try #require(last.first { $0.parameter == "min_move_sizes" })
        #expect(moved.track == track && moved.isMet && abs(moved.measured - 1.35) < 0.02 && moved.threshold == 0.5)
        #expect(last.first { $0.parameter == "confirm_seconds" }?.isMet == true)
        #expect(last.first { $0.parameter == "lost_seconds" }?.isMet == false)
    }
}
