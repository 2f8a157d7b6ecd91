import Domain
import Testing

@testable import Incidents

@Suite("object_left and object_removed")
struct ObjectLeftTests {
    private static let walkway = Zone(
        name: "Exit", kind: .walkway,
        polygon: Polygon(points: [Point(x: 0, y: 0.5), Point(x: 1, y: 0.5), Point(x: 1, y: 1), Point(x: 0, y: 1)]))

    /// Something that comes to rest at 3 s, from then on alone but for `company`.
    private func thing(contrast: Double = 0.9, y: Double = 0.8) -> SceneBuilder.Actor {
        { time in
            guard time >= 2.5 else { return nil }
            // What is set down comes from above; a place that was left is where it is.
            let above = contrast > 0.5 ? 0.3 * max(0, 3 - time) : 0
            var look = SceneBuilder.Look.box(x: 0.9, y: y - above, moving: time < 3)
            look.cues.outlineContrast = contrast
            return look
        }
    }

    private func person(until: Double) -> SceneBuilder.Actor {
        { time in
            guard time >= 2, time < until + 3 else { return nil }
            let x = time < until ? 1.0 : 1.0 + 0.4 * (time - until)
            return SceneBuilder.Look(x: x, y: 0.7, width: 0.12, height: 0.4).moving(0.5, containment: 0.7)
        }
    }

    private var settings: RuleSettings {
        var settings = RuleSettings()
        settings.objectLeft.staySeconds = 3
        settings.objectRemoved.staySeconds = 3
        settings.objectRemoved.minStoodSeconds = 1
        return settings
    }

    @Test("a thing in a walkway is told once, after its time alone, which begins when the person has gone")
    func left() throws {
        var scene = SceneBuilder(seconds: 14)
        scene.zones = [Self.walkway]
        scene.actors = [thing(), person(until: 5)]
        let incidents = try Judging.incidents(scene.recording(), settings)
        let incident = try #require(incidents.first)
        #expect(incidents.count == 1 && incident.kinds == [.objectLeft])
        #expect(abs(incident.start.seconds - 3) <= 0.3)
        #expect(incident.confirmed.seconds >= 8 && incident.confirmed.seconds <= 9.2)
        #expect(incident.facts.zoneName == "Exit")
    }

    @Test("how long it has stood alone is measured beside its threshold before the rule fires")
    func scores() throws {
        var scene = SceneBuilder(seconds: 14)
        scene.zones = [Self.walkway]
        scene.actors = [thing()]
        var engine = Judging.engine(settings, zones: [Self.walkway])
        var stays: [Double] = []
        var parameters: Set<String> = []
        for observation in scene.recording().observations {
            let events = engine.step(observation)
            let scores = engine.scores(observation).filter { $0.kind == .objectLeft }
            parameters.formUnion(scores.map(\.parameter))
            if let stay = scores.first(where: { $0.parameter == "stay_seconds" }) {
                #expect(stay.threshold == 3 && stay.isMet == (stay.measured >= 3))
                stays.append(stay.measured)
            }
            if !events.isEmpty { break }
        }
        #expect(parameters == ["stay_seconds", "min_area_fraction", "min_outline_contrast"])
        #expect(stays.contains { $0 > 1 && $0 < 2.9 } && (stays.last ?? 0) >= 3 - 1e-6)
    }

    @Test("what is too thin to be compared with its surroundings is not told")
    func thin() throws {
        var scene = SceneBuilder(seconds: 14)
        scene.zones = [Self.walkway]
        scene.actors = [
            { time in
                guard time >= 2.5 else { return nil }
                return SceneBuilder.Look(x: 0.9, y: 0.8, width: 0.2, height: 0.05)
            }
        ]
        #expect(try Judging.incidents(scene.recording(), settings).isEmpty)
    }

    @Test("outside walkways things may stand")
    func elsewhere() throws {
        var scene = SceneBuilder(seconds: 14)
        scene.zones = [Self.walkway]
        scene.actors = [thing(y: 0.3)]
        #expect(try Judging.incidents(scene.recording(), settings).isEmpty)
        scene.zones = []
        #expect(try Judging.incidents(scene.recording(), settings).isEmpty)
    }

    @Test("the shadow of something outside, through which the floor shows, was not left")
    func shadow() throws {
        var scene = SceneBuilder(seconds: 14)
        scene.zones = [Self.walkway]
        scene.actors = [
            { time in
                guard time >= 2.5 else { return nil }
                var look = SceneBuilder.Look.box(x: 0.9, y: 0.8, moving: time < 3)
                look.cues.textureSimilarity = 0.9
                look.cues.outlineContrast = 0.7
                return look
            }
        ]
        #expect(try Judging.incidents(scene.recording(), settings).isEmpty)
    }

    @Test("a place that lost its edges is an object removed")
    func removed() throws {
        var scene = SceneBuilder(seconds: 14)
        scene.actors = [thing(contrast: 0.15), person(until: 5)]
        let incidents = try Judging.incidents(scene.recording(), settings)
        let incident = try #require(incidents.first)
        #expect(incidents.count == 1 && incident.kinds == [.objectRemoved])
        #expect(abs(incident.start.seconds - 2.5) <= 0.3)
        #expect(incident.confirmed.seconds >= 8 && incident.confirmed.seconds <= 9.2)
    }

    @Test("what grows while nobody is near is no empty place: it may be a liquid")
    func growing() throws {
        var scene = SceneBuilder(seconds: 16)
        scene.actors = [
            { time in
                guard time >= 3 else { return nil }
                var look = SceneBuilder.Look(x: 0.9, y: 0.8, width: 0.1 + 0.012 * min(4, time - 3), height: 0.1)
                look.cues.outlineContrast = 0.1
                return look
            }
        ]
        var still = settings
        still.spill.enabled = false
        #expect(try Judging.incidents(scene.recording(), still).isEmpty)
    }

    @Test("what had not stood for long may go, and so may who stood there and walked away")
    func notLong() throws {
        var scene = SceneBuilder(seconds: 14)
        scene.actors = [thing(contrast: 0.15)]
        var patient = settings
        patient.objectRemoved.minStoodSeconds = 60
        #expect(try Judging.incidents(scene.recording(), patient).isEmpty)
        scene.actors = [
            thing(contrast: 0.15),
            { time in
                guard time >= 2.3, time < 6 else { return nil }
                return SceneBuilder.Look(x: 0.9 + 0.25 * (time - 2.3), y: 0.8, width: 0.13, height: 0.13)
                    .moving(0.6, containment: 0.5)
            },
        ]
        #expect(try Judging.incidents(scene.recording(), settings).isEmpty)
    }

    @Test("the place that a falling box left is part of its fall")
    func fallen() throws {
        var scene = SceneBuilder(seconds: 14)
        scene.actors = [
            { time in
                guard time >= 3 else { return nil }
                var look = SceneBuilder.Look.box(x: 0.9, y: 0.3, moving: false)
                look.cues.outlineContrast = 0.1
                return look
            },
            { time in
                guard time >= 3 else { return nil }
                let (y, moves) = Motion.fall(time, start: 3, top: 0.3, drop: 0.35, gravity: 2)
                return .box(x: 0.9, y: y, moving: moves)
            },
        ]
        let incidents = try Judging.incidents(scene.recording(), settings)
        #expect(incidents.map(\.kinds) == [[.fallingObject]])
    }
}
