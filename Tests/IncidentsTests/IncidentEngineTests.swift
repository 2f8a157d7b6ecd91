import Domain
import Foundation
import Testing

@testable import Incidents

@Suite("Incident engine")
struct IncidentEngineTests {
    private func falling(at start: Double, x: Double) -> SceneBuilder.Actor {
        { seconds in
            guard seconds >= start else { return nil }
            let (y, moves) = Motion.fall(seconds, start: start, top: 0.3, drop: 0.35, gravity: 2)
            return .box(x: x, y: y, moving: moves)
        }
    }

    @Test("the same observations give the same events")
    func deterministic() throws {
        var scene = SceneBuilder()
        scene.actors = [falling(at: 2, x: 0.4), falling(at: 2.3, x: 1.3)]
        func run() -> [IncidentEvent] {
            var count = 0
            var engine = IncidentEngine(
                scene: CameraScene(camera: Judging.camera),
                makeID: { IncidentID(rawValue: "\($0.timeIntervalSince1970)") })
            return scene.observations().flatMap { observation in
                count += 1
                return engine.step(observation)
            } + engine.finish()
        }
        #expect(run() == run())
    }

    @Test("two falls at different places are two incidents; at one place within seconds they are one")
    func separate() throws {
        var scene = SceneBuilder()
        scene.seconds = 14
        scene.actors = [falling(at: 2, x: 0.3), falling(at: 2.5, x: 1.4)]
        #expect(try Judging.incidents(scene.recording()).count == 2)
        scene.actors = [falling(at: 2, x: 0.5), falling(at: 3.5, x: 0.62)]
        #expect(try Judging.incidents(scene.recording()).count == 1)
        scene.seconds = 22
        scene.actors = [falling(at: 2, x: 0.5), falling(at: 14, x: 0.62)]
        #expect(try Judging.incidents(scene.recording()).count == 2)
    }

    @Test("a new epoch ends what was open and forgets what was half seen")
    func newEpoch() throws {
        var scene = SceneBuilder()
        scene.actors = [falling(at: 2, x: 0.5)]
        scene.seconds = 4
        var engine = Judging.engine()
        var events = scene.observations().flatMap { engine.step($0) }
        #expect(events.map(\.type) == ["new"])
        scene.epoch = 1
        scene.seconds = 1
        scene.actors = []
        events = scene.observations().flatMap { engine.step($0) }
        #expect(events.map(\.type) == ["end"])
        #expect(engine.finish().isEmpty)
    }

    @Test("frames that go back in time change nothing")
    func backwards() throws {
        var scene = SceneBuilder()
        scene.actors = [falling(at: 2, x: 0.5)]
        var engine = Judging.engine()
        var events: [IncidentEvent] = []
        for observation in scene.observations() {
            events += engine.step(observation)
            var older = observation
            older.time = observation.time.advanced(bySeconds: -1)
            events += engine.step(older)
            events += engine.step(observation)
        }
        #expect(events.map(\.type) == ["new"])
    }

    @Test("memory is bounded, however long and busy the scene is")
    func bounded() {
        var ledger = TrackLedger()
        let scene = CameraScene(camera: Judging.camera)
        let size = FrameSize(width: 640, height: 360)
        for frame in 0..<4000 {
            let seconds = Double(frame) / 25
            let tracks = (0..<8).map { index -> TrackObservation in
                // Seven that change their number twice a second, far apart, and one that stays for ever.
                let id = index == 0 ? 1 : 2 + index + frame / 12 * 8
                let x = 20 + (frame / 12 * 211 + index * 77) % 600, y = 20 + (frame / 12 * 97 + index * 131) % 320
                return TrackObservation(
                    id: TrackID(rawValue: id), origin: .motion, phase: .continued,
                    sample: TrackSample(
                        seconds: seconds, region: Region(x: x, y: y, width: 8, height: 8),
                        centroid: Point(x: Double(x), y: Double(y)), area: 64))
            }
            ledger.update(
                SceneObservation(
                    time: MediaTime(seconds: seconds), date: Date(timeIntervalSince1970: seconds), frameSize: size,
                    tracks: tracks), scene: scene)
        }
        #expect(ledger.histories.count <= TrackLedger.maxTracks)
        #expect(ledger.histories.values.allSatisfy { $0.samples.count <= TrackHistory.maxSamples })
        #expect(ledger.histories.values.map(\.samples.count).max() ?? 0 >= 190)
    }

    @Test("people read of the rules in their order, not in that in which they judge")
    func readingOrder() {
        let kinds = RuleRegistry.standard.descriptions.map(\.kind)
        #expect(kinds.prefix(3) == [.fallingObject, .toppledStack, .spill] && kinds.last == .cameraTampered)
        #expect(Set(kinds) == Set(RuleRegistry.standard.entries.map(\.description.kind)))
        #expect(kinds.count == RuleRegistry.standard.entries.count)
    }

    @Test("settings by key are the settings, for every rule")
    func settingsRoundTrip() throws {
        var settings = RuleSettings()
        settings.spill.minArea.fraction = 0.01
        settings.nearMiss.minSpeed = LengthThreshold(metres: nil, pictureHeights: 0.5)
        settings.fallingObject.minDrop.pixels = 40
        var copy = RuleSettings()
        for entry in RuleRegistry.standard.entries { entry.set(&copy, entry.values(settings)) }
        #expect(copy == settings && copy != RuleSettings())
    }
}
