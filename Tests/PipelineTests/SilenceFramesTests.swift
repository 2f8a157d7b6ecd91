import Domain
import Foundation
import Incidents
import Media
import Testing
import Vision

/// What troubles cameras, from pixels to incidents, with every rule switched on: none of it is one.
@Suite("Silence, from pixels")
struct SilenceFramesTests {
    /// - Parameter blindSeconds: how long, besides the warm-up, the scene may be learned anew; what is not looked at is silent
    ///   for another reason than the one that is tested.
    private func incidents(
        seconds: Double = 14, framesPerSecond: Double = NuisanceScene.framesPerSecond, blindSeconds: Double = 0,
        _ trouble: NuisanceScene.Trouble
    ) async throws -> [Incident] {
        let zones = [
            Zone(
                name: "walkway", kind: .walkway,
                polygon: Polygon(points: [
                    Point(x: 0, y: 0.4), Point(x: 1, y: 0.4), Point(x: 1, y: 1), Point(x: 0, y: 1),
                ]))
        ]
        var settings = RuleSettings()
        settings.nearMiss.enabled = true
        settings.personDown.enabled = true
        let tracker = SceneTracker()
        let ids = MonotonicID()
        var engine = IncidentEngine(
            settings: settings, scene: CameraScene(camera: try #require(CameraID(rawValue: "dock")), zones: zones),
            makeID: { IncidentID(rawValue: ids.next(at: $0)) })
        var events: [IncidentEvent] = []
        var warmFrames = 0
        for frame in try NuisanceScene.frames(seconds: seconds, framesPerSecond: framesPerSecond, trouble) {
            let observation = try await tracker.observe(frame)
            if observation.isWarm { warmFrames += 1 }
            events += engine.step(observation)
        }
        let warmUpSeconds = 2.0
        #expect(Double(warmFrames) >= (seconds - warmUpSeconds - blindSeconds) * framesPerSecond - 1)
        return (events + engine.finish()).compactMap { if case .new(let incident) = $0 { incident } else { nil } }
    }

    private func told(_ incidents: [Incident]) -> String {
        incidents.map { "\($0.kind.rawValue) at \($0.start.seconds) s, \($0.region)" }.joined(separator: "; ")
    }

    @Test("rain on a dock camera")
    func rain() async throws {
        let found = try await incidents(NuisanceScene.rain)
        #expect(found.isEmpty, "\(told(found))")
    }

    @Test("insects near the lens")
    func insects() async throws {
        let found = try await incidents(NuisanceScene.insects)
        #expect(found.isEmpty, "\(told(found))")
    }

    @Test("a spider's thread that swings before the lens")
    func web() async throws {
        let found = try await incidents(NuisanceScene.spiderWeb)
        #expect(found.isEmpty, "\(told(found))")
    }

    @Test("lamps that flicker in bands")
    func flicker() async throws {
        let found = try await incidents(NuisanceScene.flicker)
        #expect(found.isEmpty, "\(told(found))")
    }

    @Test("an encoder that pulses at its key frames")
    func keyFrames() async throws {
        let found = try await incidents(NuisanceScene.keyFramePulses)
        #expect(found.isEmpty, "\(told(found))")
    }

    @Test("headlights that wander over the floor")
    func headlights() async throws {
        let found = try await incidents(NuisanceScene.headlights)
        #expect(found.isEmpty, "\(told(found))")
    }

    @Test("lamps that go off and on, a cloud, a camera that is pushed")
    func global() async throws {
        for trouble in [NuisanceScene.lamps, NuisanceScene.cloud] {
            let found = try await incidents(blindSeconds: 5, trouble)
            #expect(found.isEmpty, "\(told(found))")
        }
        // A push is no event in the scene; that the camera looks elsewhere may be told.
        let pushed = try await incidents(blindSeconds: 4, NuisanceScene.push)
        #expect(pushed.allSatisfy { $0.kind == .cameraTampered }, "\(told(pushed))")
    }

    @Test("a box that falls is seen on the same camera, also with flicker or pulses")
    func fall() async throws {
        let none: NuisanceScene.Trouble = { _, _, _ in }
        for other in [none, NuisanceScene.flicker, NuisanceScene.keyFramePulses] {
            let box = NuisanceScene.box(from: 6)
            // At 10 frames a second this fall has three frames apart from the shelf: too few to be sure.
            let found = try await incidents(seconds: 11, framesPerSecond: 15) { levels, seconds, generator in
                box(&levels, seconds, &generator)
                other(&levels, seconds, &generator)
            }
            #expect(found.map(\.kind) == [.fallingObject], "\(told(found))")
        }
    }

    @Test("a lens that is covered, and one that is turned, are told; the picture before is not")
    func tampered() async throws {
        let covered = try await incidents(seconds: 20, blindSeconds: 9) { levels, seconds, _ in
            if seconds > 11 { for index in levels.indices { levels[index] = 40 } }
        }
        #expect(covered.map(\.ruleName) == ["covered"], "\(told(covered))")
        #expect(covered.first?.confirmed.seconds ?? 0 > 15.5)
        let turned = try await incidents(seconds: 20, blindSeconds: 9) { levels, seconds, _ in
            if seconds > 11 { NuisanceScene.turn(&levels) }
        }
        #expect(turned.map(\.ruleName) == ["turned"], "\(told(turned))")
        #expect(turned.first?.confirmed.seconds ?? 0 > 15.5)
        let frozen = try await incidents(seconds: 12) { _, _, _ in }
        #expect(frozen.isEmpty)
    }
}
