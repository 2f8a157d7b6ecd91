import Domain
import Foundation
import Testing

@testable import Incidents

@Suite("Camera tampered")
struct CameraTamperedTests {
    private func incidents(
        seconds: Double = 30, settings: RuleSettings = RuleSettings(), _ picture: (Double) -> PictureStatistics
    ) -> [Incident] {
        var engine = Judging.engine(settings)
        var events: [IncidentEvent] = []
        for frame in 0..<Int(seconds * 5) {
            let time = Double(frame) / 5
            events += engine.step(
                SceneObservation(
                    time: MediaTime(epoch: 0, seconds: time), date: SceneBuilder.startDate + time,
                    frameSize: FrameSize(width: 640, height: 360),
                    // A picture that changes as a whole is never warm: the rule must not depend on that.
                    globalChange: time > 10 ? .view : nil, isWarm: time < 10, picture: picture(time)))
        }
        return (events + engine.finish()).compactMap { if case .new(let incident) = $0 { incident } else { nil } }
    }

    private func after(_ start: Double, until end: Double = 99, _ bad: PictureStatistics) -> (Double) ->
        PictureStatistics
    {
        { $0 >= start && $0 < end ? bad : PictureStatistics(meanLuma: 110) }
    }

    @Test("covered, turned and blurred are told once each, after five seconds, by their name")
    func faults() {
        let cases: [(String, PictureStatistics)] = [
            ("covered", PictureStatistics(meanLuma: 60, contrastRatio: 0.1, sharpnessRatio: 0.1, similarity: 0.1)),
            ("turned", PictureStatistics(meanLuma: 100, similarity: 0.05)),
            ("blurred", PictureStatistics(meanLuma: 110, contrastRatio: 0.9, sharpnessRatio: 0.2, similarity: 0.95)),
        ]
        for (name, bad) in cases {
            let found = incidents(after(10, bad))
            #expect(found.map(\.kind) == [.cameraTampered] && found.first?.ruleName == name)
            #expect(abs((found.first?.confirmed.seconds ?? 0) - 15) < 0.5)
        }
    }

    @Test("what a blurred picture seems to show is not judged for a minute; then it is the camera's picture")
    func doubt() {
        let blurred = PictureStatistics(meanLuma: 110, contrastRatio: 0.9, sharpnessRatio: 0.2, similarity: 0.95)
        func falls(at start: Double) -> [IncidentKind] {
            var scene = SceneBuilder(seconds: start + 6)
            scene.actors = [
                { seconds in
                    guard seconds >= start - 1 else { return nil }
                    let (y, moves) = Motion.fall(seconds, start: start, top: 0.3, drop: 0.35, gravity: 2)
                    return .box(x: 0.9, y: y, moving: moves)
                }
            ]
            var engine = Judging.engine()
            var events: [IncidentEvent] = []
            for var observation in scene.observations() {
                observation.picture = observation.time.seconds >= 10 ? blurred : PictureStatistics(meanLuma: 110)
                events += engine.step(observation)
            }
            return (events + engine.finish()).compactMap { if case .new(let new) = $0 { new.kind } else { nil } }
        }
        #expect(falls(at: 4) == [.fallingObject])
        #expect(falls(at: 14) == [.cameraTampered])
        #expect(falls(at: 75) == [.cameraTampered, .fallingObject])
    }

    @Test("a hand before the lens for three seconds, weaker light, and an unknown picture are not told")
    func silent() {
        let covered = PictureStatistics(meanLuma: 60, contrastRatio: 0.1, sharpnessRatio: 0.1, similarity: 0.1)
        #expect(incidents(after(10, until: 13, covered)).isEmpty)
        let dim = PictureStatistics(meanLuma: 45, contrastRatio: 0.5, sharpnessRatio: 0.45, similarity: 0.93)
        #expect(incidents(after(10, dim)).isEmpty)
        var unknown = covered
        unknown.isKnown = false
        #expect(incidents(after(10, unknown)).isEmpty)
    }

    @Test("a dark picture counts unless the site says that lights go out")
    func dark() {
        let dark = PictureStatistics(meanLuma: 8, contrastRatio: 0.05, sharpnessRatio: 0.05, similarity: 0.1)
        #expect(incidents(after(10, dark)).count == 1)
        var settings = RuleSettings()
        settings.cameraTampered.darkCounts = false
        #expect(incidents(settings: settings, after(10, dark)).isEmpty)
    }

    @Test("a picture that stands still for a minute is frozen")
    func frozen() {
        let found = incidents(seconds: 80) {
            PictureStatistics(meanLuma: 110, frozenSeconds: max(0, $0 - 5))
        }
        #expect(found.count == 1 && found.first?.ruleName == "frozen")
    }
}
