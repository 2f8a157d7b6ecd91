import Domain
import Testing

@testable import Incidents

@Suite("toppled_stack")
struct ToppledStackTests {
    /// A stack of 0.12 × 0.3 picture heights that stood at (0.9, 0.5) and lies from 4 s on, as one blob with the place it
    /// left: `sink` is how far what moves comes down.
    private func collapse(sink: Double = 0.15, from start: Double = 3, seconds: Double = 0.8, wide: Double = 0.36)
        -> SceneBuilder.Actor
    {
        { time in
            guard time >= start else { return nil }
            let u = min(1, (time - start) / seconds)
            let width = 0.12 + (wide - 0.12) * u
            var look = SceneBuilder.Look(x: 0.84 + width / 2, y: 0.5, width: width, height: 0.3, fill: 0.7)
            look.cues.outlineContrast = 0.5
            guard u < 1 else { return look }
            look = look.moving(0.6, containment: 0.97)
            look.cues.movingCentroid = Point(x: (0.9 + 0.1 * u) * 360, y: (0.42 + sink * u * u) * 360)
            return look
        }
    }

    @Test("a stack that comes apart and lies still is one incident, at any frame rate", arguments: [8.0, 12.5, 25])
    func plain(framesPerSecond: Double) throws {
        var scene = SceneBuilder(framesPerSecond: framesPerSecond)
        scene.actors = [collapse()]
        let incidents = try Judging.incidents(scene.recording())
        let incident = try #require(incidents.first)
        #expect(incidents.count == 1 && incident.kinds == [.toppledStack])
        #expect(abs(incident.start.seconds - 3) <= 0.2)
        #expect(incident.confirmed.seconds <= 3.8 + 1.3)
        #expect(incident.region.intersection(Region(x: 302, y: 126, width: 130, height: 108)).area > 10_000)
        #expect(incident.evidence.contains { $0.parameter == "min_sink_fraction" && $0.measured > $0.threshold })
    }

    @Test("boxes that separate from the place they left are the same incident")
    func separateBoxes() throws {
        var scene = SceneBuilder(framesPerSecond: 12.5)
        scene.actors = [
            { time in
                guard time >= 3 else { return nil }
                let u = min(1, (time - 3) / 0.8)
                // The place, with the boxes until they part from it.
                let width = u < 0.5 ? 0.12 + 0.3 * u : 0.12
                var look = SceneBuilder.Look(x: 0.84 + width / 2, y: 0.5, width: width, height: 0.3, fill: 0.8)
                guard u < 0.5 else { return look }
                look = look.moving(0.6, containment: 0.97)
                look.cues.movingCentroid = Point(x: 0.9 * 360, y: (0.42 + 0.2 * u * u) * 360)
                return look
            },
            { time in
                guard time >= 3.4 else { return nil }
                let u = min(1, (time - 3.4) / 0.4)
                var look = SceneBuilder.Look(x: 1.05 + 0.1 * u, y: 0.5 + 0.12 * u, width: 0.14, height: 0.12)
                guard u < 1 else { return look }
                look = look.moving(0.8, containment: 0.6)
                look.cues.movingCentroid = Point(x: (1.05 + 0.1 * u) * 360, y: (0.5 + 0.12 * u) * 360)
                return look
            },
        ]
        let incidents = try Judging.incidents(scene.recording())
        #expect(incidents.map(\.kind) == [.toppledStack])
        #expect(incidents.first?.tracks.count == 2)
    }

    @Test("what rolls on up the picture after it fell changes nothing")
    func rollsOn() throws {
        var scene = SceneBuilder(framesPerSecond: 12.5)
        scene.actors = [
            { time in
                guard time >= 3 else { return nil }
                let width = 0.12 + 0.3 * min(1, (time - 3) / 1.6)
                var look = SceneBuilder.Look(x: 0.84 + width / 2, y: 0.5, width: width, height: 0.3, fill: 0.7)
                look.cues.outlineContrast = 0.5
                guard time < 4.6 else { return look }
                let fallen = min(1, (time - 3) / 0.8), rolled = max(0, (time - 3.8) / 0.8)
                look = look.moving(rolled > 0 ? 0.4 : 0.6, containment: 0.9)
                look.cues.movingCentroid = Point(x: 0.95 * 360, y: (0.42 + 0.15 * (fallen * fallen - rolled)) * 360)
                return look
            }
        ]
        let kinds = try Judging.incidents(scene.recording()).map(\.kind)
        #expect(kinds == [.toppledStack])
    }

    @Test("a blob whose middle stays while it grows is at rest only when nothing in it moves any more")
    func middleStays() throws {
        var scene = SceneBuilder(framesPerSecond: 12.5)
        scene.actors = [
            { time in
                guard time >= 3 else { return nil }
                let u = min(1, (time - 3) / 0.9)
                // To both sides alike, as the place and what fell from it may.
                var look = SceneBuilder.Look(x: 0.9, y: 0.5, width: 0.12 + 0.24 * u, height: 0.3, fill: 0.7)
                look.cues.outlineContrast = 0.5
                guard u < 1 else { return look }
                look = look.moving(0.6, containment: 0.97)
                look.cues.movingCentroid = Point(x: 0.9 * 360, y: (0.42 + 0.15 * u * u) * 360)
                return look
            }
        ]
        let incidents = try Judging.incidents(scene.recording())
        #expect(incidents.map(\.kind) == [.toppledStack])
        #expect(try #require(incidents.first).end.seconds >= 3.7)
    }

    @Test("what moves aside without coming down is no topple")
    func aside() throws {
        var scene = SceneBuilder(framesPerSecond: 12.5)
        scene.actors = [collapse(sink: 0.03)]
        #expect(try Judging.incidents(scene.recording()).isEmpty)
    }

    @Test("hands that take a stack down in four seconds are no topple")
    func slow() throws {
        var scene = SceneBuilder(framesPerSecond: 12.5)
        scene.actors = [collapse(sink: 0.12, seconds: 4.5)]
        #expect(try Judging.incidents(scene.recording()).isEmpty)
    }

    @Test("a person who walks in and stands still was not there from one moment to the next")
    func walksIn() throws {
        var scene = SceneBuilder(framesPerSecond: 12.5)
        scene.actors = [
            { time in
                guard time >= 2 else { return nil }
                let x = 0.3 + 0.3 * min(2, time - 2)
                var look = SceneBuilder.Look(x: x, y: 0.5, width: 0.15, height: 0.4)
                guard time < 4 else { return look }
                look = look.moving(0.7, containment: 0.6)
                look.cues.movingCentroid = Point(x: x * 360, y: (0.45 + 0.05 * (time - 2)) * 360)
                return look
            }
        ]
        #expect(try Judging.incidents(scene.recording()).isEmpty)
    }

    /// Something of 0.2 picture heights below `top`, of which more and more is seen, down to `bottom`; then it is still.
    private func reaching(from top: Double, to bottom: Double) -> SceneBuilder.Actor {
        { time in
            guard time >= 3 else { return nil }
            let u = min(1, (time - 3) / 0.8)
            let width = 0.12 + 0.24 * u, height = 0.2 + (bottom - top - 0.2) * u
            var look = SceneBuilder.Look(
                x: 0.84 + width / 2, y: top + height / 2, width: width, height: height, fill: 0.7)
            look.cues.outlineContrast = 0.5
            guard u < 1 else { return look }
            look = look.moving(0.6, containment: 0.97)
            look.cues.movingCentroid = Point(x: (0.9 + 0.1 * u) * 360, y: (top + 0.08 + 0.15 * u * u) * 360)
            return look
        }
    }

    @Test("an arm that reaches in from above shows more and more of itself and is no stack")
    func reachesDown() throws {
        var scene = SceneBuilder(framesPerSecond: 12.5)
        scene.actors = [reaching(from: 0, to: 0.45)]
        #expect(try Judging.incidents(scene.recording()).isEmpty)
        // Of a stack only the part that moves first may be seen at first.
        scene.actors = [reaching(from: 0.2, to: 0.65)]
        #expect(try Judging.incidents(scene.recording()).map(\.kind) == [.toppledStack])
    }

    @Test("a low pile is no stack")
    func low() throws {
        var settings = RuleSettings()
        settings.toppledStack.minHeight.pictureHeights = 0.4
        var scene = SceneBuilder(framesPerSecond: 12.5)
        scene.actors = [collapse()]
        #expect(try Judging.incidents(scene.recording(), settings).isEmpty)
    }
}
