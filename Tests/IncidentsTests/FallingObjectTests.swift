import Domain
import Testing

@testable import Incidents

@Suite("falling_object")
struct FallingObjectTests {
    /// A box stands unseen on a rack until 3 s, falls, and lies.
    private func fall(drop: Double = 0.35, gravity: Double = 2, top: Double = 0.3, until: Double = .infinity)
        -> SceneBuilder.Actor
    {
        { seconds in
            guard seconds >= 3, seconds < until else { return nil }
            let (y, moves) = Motion.fall(seconds, start: 3, top: top, drop: drop, gravity: gravity)
            return .box(x: 0.9, y: y, moving: moves)
        }
    }

    @Test(
        "a box that falls and lies still is one incident, at any frame rate and picture size",
        arguments: [8.0, 10, 15, 25, 30], [FrameSize(width: 320, height: 240), FrameSize(width: 1280, height: 720)])
    func plainFall(framesPerSecond: Double, size: FrameSize) throws {
        var scene = SceneBuilder(framesPerSecond: framesPerSecond, size: size)
        scene.actors = [fall()]
        let events = try Judging.events(scene.recording())
        #expect(events.map(\.type) == ["new", "end"])
        let incident = try #require(events.last?.incident)
        #expect(incident.kind == .fallingObject && incident.kinds == [.fallingObject])
        #expect(abs(incident.start.seconds - 3) <= 0.3)
        let rest = 3 + (2 * 0.35 / 2.0).squareRoot()
        #expect(abs(incident.end.seconds - rest) <= 0.3)
        #expect(incident.confirmed.seconds - rest <= 0.8)
        let drop = try #require(incident.facts.dropPixels)
        #expect(abs(drop / Double(size.height) - 0.35) < 0.06)
        // The sweep, from the rack to the floor.
        let height = Double(size.height)
        let sweep = Region(
            x: Int(0.84 * height), y: Int(0.24 * height), width: Int(0.12 * height), height: Int(0.47 * height))
        #expect(incident.region.iou(sweep) > 0.8)
        #expect(incident.startDate == SceneBuilder.startDate.addingTimeInterval(incident.start.seconds))
    }

    @Test("of a box that tips over its edge only a corner differs at first; the fall is counted from the whole")
    func corner() throws {
        let samples = (0..<12).map { frame in
            let seconds = Double(frame) / 15
            let (y, _) = Motion.fall(seconds, start: 0.2, top: 100, drop: 90, gravity: 500)
            let side = frame == 0 ? 15 : 40
            return TrackSample(
                seconds: seconds, region: Region(x: 200, y: Int(y) - side / 2, width: side, height: side),
                centroid: Point(x: 220, y: frame == 0 ? 94 : y), area: Double(side * side), cues: nil)
        }
        let descent = try #require(Descent(in: samples[...], height: 360, maxSeconds: 1.3))
        #expect(descent.first > 0 && descent.areaRatio == 1 && descent.acceleration > 1)
    }

    @Test("cameras that see 2 m of height and cameras that see 8 m", arguments: [1.2, 2.0, 3.5, 5.0])
    func viewHeights(gravity: Double) throws {
        var scene = SceneBuilder(framesPerSecond: 15)
        // Something like 1.5 m in each.
        scene.actors = [fall(drop: min(0.5, 1.5 * gravity / 9.81), gravity: gravity, top: 0.25)]
        #expect(try Judging.incidents(scene.recording()).map(\.kind) == [.fallingObject])
    }

    @Test("a camera that sees 13 m of height, with its scale")
    func wideView() throws {
        var scene = SceneBuilder(framesPerSecond: 15)
        scene.actors = [fall(drop: 0.2, gravity: 9.81 / 13, top: 0.25)]
        #expect(try Judging.incidents(scene.recording(), pictureHeightMetres: 13).map(\.kind) == [.fallingObject])
    }

    @Test("an object that is pushed over the edge slowly and then falls")
    func slideOff() throws {
        var scene = SceneBuilder()
        scene.actors = [
            { seconds in
                guard seconds >= 2.4 else { return nil }
                let (y, moves) = Motion.fall(seconds, start: 3.2, top: 0.3, drop: 0.4, gravity: 2.2)
                let x = 0.9 + 0.1 * min(1.2, max(0, seconds - 2.4))
                return .box(x: x, y: y, moving: moves || seconds < 3.6)
            }
        ]
        let incidents = try Judging.incidents(scene.recording())
        #expect(incidents.map(\.kind) == [.fallingObject])
        #expect(incidents[0].start.seconds >= 2.2 && incidents[0].start.seconds <= 3.3)
    }

    @Test("it is found when it bounces, tumbles and rolls for a second after the impact")
    func tumbles() throws {
        var scene = SceneBuilder(framesPerSecond: 12)
        scene.actors = [
            { seconds in
                guard seconds >= 3 else { return nil }
                let (y, moves) = Motion.fall(seconds, start: 3, top: 0.3, drop: 0.35, gravity: 2)
                let after = seconds - 3.6
                let rolling = after > 0 && after < 1
                let bounce = rolling ? 0.04 * abs((after * 6).remainder(dividingBy: 2)) * (1 - after) : 0
                let x = 0.9 + 0.15 * min(1, max(0, after))
                var look = SceneBuilder.Look.box(x: x, y: y - bounce, moving: moves || rolling)
                look.height *= rolling ? 1.2 : 1
                return look
            }
        ]
        let incidents = try Judging.incidents(scene.recording())
        #expect(incidents.map(\.kind) == [.fallingObject])
        #expect(abs(incidents[0].end.seconds - 4.6) < 0.4)
    }

    @Test("a box that breaks into pieces, and the place it left, are one incident")
    func piecesAndGhost() throws {
        var scene = SceneBuilder()
        scene.seconds = 12
        let ghost: SceneBuilder.Actor = { $0 >= 3 ? .box(x: 0.9, y: 0.3, moving: false) : nil }
        func piece(_ sign: Double) -> SceneBuilder.Actor {
            { seconds in
                guard seconds >= 3 else { return nil }
                let (y, moves) = Motion.fall(seconds, start: 3, top: 0.3, drop: 0.3 + 0.03 * sign, gravity: 2)
                let spread = sign * 0.1 * min(1, max(0, (seconds - 3.3) * 2))
                var look = SceneBuilder.Look.box(x: 0.9 + spread, y: y, moving: moves)
                look.width *= 0.6
                return look
            }
        }
        scene.actors = [ghost, piece(-1), piece(1)]
        let incidents = try Judging.incidents(scene.recording())
        #expect(incidents.map(\.kind) == [.fallingObject])
        #expect(incidents[0].tracks.count == 3)
    }

    @Test("a track that gets another number in mid-air is followed on")
    func sequel() throws {
        var scene = SceneBuilder(framesPerSecond: 15)
        let second = fall()
        scene.actors = [fall(until: 3.35), { $0 >= 3.35 ? second($0) : nil }]
        #expect(try Judging.incidents(scene.recording()).map(\.kind) == [.fallingObject])
    }

    @Test("something that falls out of the picture at its lower edge")
    func leavesView() throws {
        var scene = SceneBuilder(framesPerSecond: 15)
        scene.actors = [
            { seconds in
                guard seconds >= 3 else { return nil }
                let (y, moves) = Motion.fall(seconds, start: 3, top: 0.4, drop: 2, gravity: 2)
                guard y < 1.05 else { return nil }
                return .box(x: 0.9, y: min(y, 0.97), moving: moves)
            }
        ]
        #expect(try Judging.incidents(scene.recording()).map(\.kind) == [.fallingObject])
    }

    @Test("with a scale, drop and threshold are in metres")
    func metres() throws {
        var scene = SceneBuilder(framesPerSecond: 15)
        scene.actors = [fall(drop: 0.35, gravity: 9.81 / 6)]
        let incident = try #require(try Judging.incidents(scene.recording(), pictureHeightMetres: 6).first)
        let drop = try #require(incident.facts.dropMetres)
        #expect(abs(drop - 2.1) < 0.35)
        #expect(
            incident.evidence.contains { $0.parameter == "min_drop_metres" && $0.unit == "m" && $0.threshold == 0.4 })
        #expect(incident.evidence.allSatisfy { $0.measured >= $0.threshold - 0.01 })
        var strict = RuleSettings()
        strict.fallingObject.minDrop.metres = 3
        #expect(try Judging.incidents(scene.recording(), strict, pictureHeightMetres: 6).isEmpty)
    }

    /// A cart with a person and boxes, one blob that stands; from 3 s on a part of it comes down.
    private func cart(restlessness: Double, gravity: Double = 1.2, specks: Int = 0) -> SceneBuilder.Actor {
        { seconds in
            guard seconds >= 1 else { return nil }
            var look = SceneBuilder.Look(x: 0.9, y: 0.6, width: 0.5, height: 0.4)
            let (fallen, moves) = Motion.fall(seconds, start: 3, top: 0.5, drop: 0.2, gravity: gravity)
            look.cues.movingFraction = moves ? 0.15 : restlessness
            guard seconds >= 2.9, seconds < 6 else { return look }
            let place = Region(x: 234, y: Int((fallen - 0.05) * 360), width: 36, height: 36)
            look.cues.parts = [
                MovingPart(
                    number: 4, region: place, centroid: Point(x: 252, y: fallen * 360), area: 1000,
                    moves: moves || seconds < 3, covered: 0.9)
            ]
            for speck in 0..<specks {
                let x = 150 + 20 * speck
                look.cues.parts?.append(
                    MovingPart(
                        number: 10 + speck, region: Region(x: x, y: 180, width: 8, height: 8),
                        centroid: Point(x: Double(x) + 4, y: 184), area: 60, moves: true, covered: 1))
            }
            return look
        }
    }

    @Test("in a blob that flickers all over, specks that seem to come down are no fall; beside an arm or two a box is")
    func flickering() throws {
        var scene = SceneBuilder(framesPerSecond: 12.5)
        scene.actors = [cart(restlessness: 0.01, specks: 9)]
        #expect(try Judging.incidents(scene.recording()).isEmpty)
        scene.actors = [cart(restlessness: 0.01, specks: 3)]
        #expect(try Judging.incidents(scene.recording()).map(\.kind) == [.fallingObject])
    }

    @Test("a box that falls off a cart, while cart, person and box are one blob")
    func withinBlob() throws {
        var scene = SceneBuilder(framesPerSecond: 12.5)
        scene.actors = [cart(restlessness: 0.01)]
        let incidents = try Judging.incidents(scene.recording())
        #expect(incidents.map(\.kind) == [.fallingObject])
        #expect(abs((incidents.first?.start.seconds ?? 0) - 3) < 0.4)
    }

    @Test("an arm that comes down in a blob that goes on moving is no fall")
    func armOfAPerson() throws {
        var scene = SceneBuilder(framesPerSecond: 12.5)
        scene.actors = [cart(restlessness: 0.09)]
        #expect(try Judging.incidents(scene.recording()).isEmpty)
    }

    @Test("what comes down faster than by its weight is a mix-up of tracks")
    func impossible() throws {
        var scene = SceneBuilder(framesPerSecond: 25)
        scene.actors = [fall(drop: 0.4, gravity: 30)]
        #expect(try Judging.incidents(scene.recording()).isEmpty)
    }

    @Test(
        "a few pixels that come down are no object, however large the picture they are a part of", arguments: [5.0, 9])
    func specks(pixels: Double) throws {
        var scene = SceneBuilder(framesPerSecond: 15, size: FrameSize(width: 256, height: 192))
        scene.actors = [
            { seconds in
                guard seconds >= 3 else { return nil }
                let (y, moves) = Motion.fall(seconds, start: 3, top: 0.3, drop: 0.35, gravity: 2)
                let look = SceneBuilder.Look(x: 0.6, y: y, width: pixels / 192, height: 0.08)
                return moves ? look.moving(0.8, containment: 0.6) : look
            }
        ]
        #expect(try Judging.incidents(scene.recording()).count == (pixels > 6 ? 1 : 0))
    }

    @Test("what the picture's side cuts off is not judged by the part that is seen", arguments: [0.03, 0.2])
    func atTheSide(x: Double) throws {
        var scene = SceneBuilder(framesPerSecond: 15)
        scene.actors = [
            { seconds in
                guard seconds >= 3 else { return nil }
                let (y, moves) = Motion.fall(seconds, start: 3, top: 0.3, drop: 0.35, gravity: 2)
                return .box(x: x, y: y, moving: moves)
            }
        ]
        #expect(try Judging.incidents(scene.recording()).count == (x > 0.1 ? 1 : 0))
    }

    @Test("zones name where it fell from and to; a walkway makes it severe")
    func zones() throws {
        var scene = SceneBuilder()
        func band(_ name: String, _ kind: Zone.Kind, _ top: Double, _ bottom: Double) -> Zone {
            Zone(
                name: name, kind: kind,
                polygon: Polygon(points: [
                    Point(x: 0, y: top), Point(x: 1, y: top), Point(x: 1, y: bottom), Point(x: 0, y: bottom),
                ]))
        }
        scene.zones = [band("Rack 7", .rack, 0, 0.5), band("Aisle", .walkway, 0.5, 1)]
        scene.actors = [fall()]
        let incident = try #require(try Judging.incidents(scene.recording()).first)
        #expect(incident.facts.fromZoneName == "Rack 7" && incident.facts.zoneName == "Aisle")
        #expect(incident.severity == .high)
        scene.zones = [band("Door", .ignore, 0, 1)]
        #expect(try Judging.incidents(scene.recording()).isEmpty)
    }

    @Test("a switched-off rule is silent")
    func disabled() throws {
        var scene = SceneBuilder()
        scene.actors = [fall()]
        var settings = RuleSettings()
        settings.fallingObject.enabled = false
        #expect(try Judging.incidents(scene.recording(), settings).isEmpty)
    }
}
