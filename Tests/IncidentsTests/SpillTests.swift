import Domain
import Testing

@testable import Incidents

@Suite("spill")
struct SpillTests {
    /// A puddle of `area` picture heights² at the end that spreads from 2 s on over `spreading` seconds, as the square
    /// root of time.
    private func puddle(
        area: Double = 0.06, spreading: Double = 2.5, similarity: Double = 0.3, until: Double = .infinity,
        y: Double = 0.7, wide: Double = 1.6, containment: Double = 0.98
    ) -> SceneBuilder.Actor {
        { seconds in
            guard seconds > 2.1, seconds < until else { return nil }
            let now = area * min(1, (seconds - 2) / spreading).squareRoot()
            let width = (now * wide / 0.75).squareRoot()
            var look = SceneBuilder.Look(x: 0.8, y: y, width: width, height: width / wide, fill: 0.75)
            look.cues = MotionCues(
                movingFraction: seconds < 2 + spreading ? 0.15 : 0.02, containment: containment,
                textureSimilarity: similarity,
                lumaRatio: 0.7, textureRatio: 0.6)
            return look
        }
    }

    @Test("a puddle that spreads and stays is one incident", arguments: [8.0, 10, 25], [1.6, 2.5, 6, 20])
    func spreads(framesPerSecond: Double, spreading: Double) throws {
        var scene = SceneBuilder(framesPerSecond: framesPerSecond)
        scene.seconds = spreading + 12
        scene.actors = [puddle(spreading: spreading)]
        let events = try Judging.events(scene.recording())
        #expect(events.filter { $0.type == "new" }.count == 1)
        #expect(events.first?.type == "new" && events.last?.type == "end")
        let incident = try #require(events.last?.incident)
        #expect(incident.kinds == [.spill])
        #expect(abs(incident.start.seconds - 2) <= 0.5)
        #expect(abs(incident.end.seconds - (2 + spreading)) <= max(0.6, 0.3 * spreading))
        let new = try #require(events.first?.incident)
        #expect(new.confirmed.seconds <= 2 + spreading + 1)
        #expect(abs((incident.facts.areaFraction ?? 0) - 0.06 / (640.0 / 360)) < 0.006)
    }

    @Test("what is taller than wide, gives back what it covered, or reaches up to where no floor is seen is no liquid")
    func people() throws {
        func kinds(_ actor: @escaping SceneBuilder.Actor, zones: [Zone] = []) throws -> [IncidentKind] {
            var scene = SceneBuilder()
            scene.seconds = 12
            scene.zones = zones
            scene.actors = [actor]
            return try Judging.incidents(scene.recording()).map(\.kind)
        }
        #expect(try kinds(puddle(wide: 0.7)).isEmpty)
        #expect(try kinds(puddle(wide: 1)) == [.spill])
        #expect(try kinds(puddle(containment: 0.972)).isEmpty)
        #expect(try kinds(puddle(y: 0.1)).isEmpty)
        // A camera that looks straight down sees floor up there, and a person has drawn it.
        let whole = [Point(x: 0, y: 0), Point(x: 1, y: 0), Point(x: 1, y: 1), Point(x: 0, y: 1)]
        let floor = Zone(name: "floor", kind: .floor, polygon: Polygon(points: whole))
        #expect(try kinds(puddle(y: 0.1), zones: [floor]) == [.spill])
    }

    @Test("a handful of pixels that grow are nothing that could be told", arguments: [0.004, 0.02])
    func fewPixels(area: Double) throws {
        var scene = SceneBuilder(size: FrameSize(width: 192, height: 128))
        scene.seconds = 12
        scene.actors = [puddle(area: area)]
        #expect(try Judging.incidents(scene.recording()).count == (area > 0.013 ? 1 : 0))
    }

    @Test("a clear liquid through which the floor shows is announced once it has stayed")
    func clearLiquid() throws {
        var scene = SceneBuilder()
        scene.seconds = 15
        scene.actors = [puddle(similarity: 0.8)]
        let events = try Judging.events(scene.recording())
        let new = try #require(events.first?.incident)
        #expect(new.kind == .spill && new.confirmed.seconds > 6.5 && new.confirmed.seconds < 9)
        scene.actors = [puddle(similarity: 0.8, until: 6)]
        #expect(try Judging.events(scene.recording()).isEmpty)
    }

    @Test("a shadow's edge that creeps over a smooth table goes again; a textured thing that grows is no liquid")
    func notALiquid() throws {
        func grown(_ change: @escaping (inout MotionCues) -> Void) throws -> [Incident] {
            var scene = SceneBuilder()
            scene.seconds = 15
            let wet = puddle(until: 6)
            scene.actors = [
                { seconds in
                    var look = wet(seconds)
                    if var cues = look?.cues {
                        change(&cues)
                        look?.cues = cues
                    }
                    return look
                }
            ]
            return try Judging.incidents(scene.recording())
        }
        #expect(try grown { _ in }.map(\.kind) == [.spill])
        #expect(
            try grown { cues in
                cues.lumaRatio = 0.95
                cues.textureRatio = 0.97
            }.isEmpty)
        #expect(try grown { $0.textureRatio = 7 }.isEmpty)
    }

    @Test("area and growth are told, in metres where there is a scale")
    func measures() throws {
        var scene = SceneBuilder()
        scene.seconds = 15
        scene.actors = [puddle()]
        let plain = try #require(try Judging.incidents(scene.recording()).first)
        #expect(plain.facts.areaSquareMetres == nil && (plain.facts.growthFractionPerSecond ?? 0) > 0.003)
        let scaled = try #require(try Judging.incidents(scene.recording(), pictureHeightMetres: 5).first)
        // 0.06 picture heights² of 5 m, seen at a slant that halves it.
        #expect(abs((scaled.facts.areaSquareMetres ?? 0) - 3) < 0.3)
        #expect((scaled.facts.growthSquareMetresPerSecond ?? 0) > 0.2)
    }

    @Test("the growth goes on: updates, no second incident")
    func updates() throws {
        var scene = SceneBuilder()
        scene.seconds = 30
        scene.actors = [puddle(area: 0.2, spreading: 20)]
        let types = try Judging.events(scene.recording()).map(\.type)
        #expect(types.filter { $0 == "new" }.count == 1)
        #expect(types.filter { $0 == "update" }.count >= 2)
    }

    @Test("only on a floor: not on a rack; a zone that is drawn elsewhere takes nothing away")
    func floorOnly() throws {
        var scene = SceneBuilder()
        scene.actors = [puddle()]
        func zone(_ kind: Zone.Kind, _ left: Double, _ right: Double) -> Zone {
            Zone(
                name: "z", kind: kind,
                polygon: Polygon(points: [
                    Point(x: left, y: 0), Point(x: right, y: 0), Point(x: right, y: 1), Point(x: left, y: 1),
                ]))
        }
        scene.zones = [zone(.rack, 0, 1)]
        #expect(try Judging.incidents(scene.recording()).isEmpty)
        for kind in [Zone.Kind.floor, .walkway, .storage, .rack, .ignore] {
            scene.zones = [zone(kind, 0.7, 1)]
            let incidents = try Judging.incidents(scene.recording())
            #expect(incidents.map(\.kind) == [.spill] && incidents.first?.facts.zoneKind == nil, "\(kind)")
        }
        // Goods on a rack's lowest level, with the floor before them drawn over it.
        scene.zones = [zone(.rack, 0, 1), zone(.walkway, 0, 0.7)]
        #expect(try Judging.incidents(scene.recording()).map(\.facts.zoneKind) == [.walkway])
        scene.zones = [zone(.floor, 0, 0.7)]
        #expect(try Judging.incidents(scene.recording()).map(\.facts.zoneKind) == [.floor])
    }

    @Test("too small, too fast, too restless, or moving away is no spill")
    func limits() throws {
        func isSilent(_ actor: @escaping SceneBuilder.Actor) throws -> Bool {
            var scene = SceneBuilder()
            scene.seconds = 12
            scene.actors = [actor]
            return try Judging.incidents(scene.recording()).isEmpty
        }
        #expect(try isSilent(puddle(area: 0.004)))
        #expect(try isSilent(puddle(spreading: 0.4)))
        #expect(try isSilent { puddle()($0)?.moving(0.6, containment: 0.98) })
        #expect(try isSilent { puddle()($0)?.moving(0.2, containment: 0.8) })
        #expect(
            try isSilent { seconds in
                var look = puddle()(seconds)
                look?.x += 0.15 * (seconds - 2)
                return look
            })
    }

    @Test("what falls and leaks is one incident of two kinds, the fall first")
    func fallThenSpill() throws {
        var scene = SceneBuilder()
        scene.seconds = 20
        let spread = puddle(area: 0.06, spreading: 4)
        scene.actors = [
            { seconds in
                guard seconds >= 2 else { return nil }
                let (y, moves) = Motion.fall(seconds, start: 2, top: 0.3, drop: 0.35, gravity: 2)
                return .box(x: 0.8, y: y, moving: moves)
            },
            { $0 > 2.8 ? spread($0 - 0.6) : nil },
        ]
        let events = try Judging.events(scene.recording())
        #expect(events.filter { $0.type == "new" }.count == 1)
        let incident = try #require(events.last?.incident)
        #expect(incident.kind == .fallingObject && incident.kinds == [.fallingObject, .spill])
    }
}
