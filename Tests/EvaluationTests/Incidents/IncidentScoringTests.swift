import Domain
import Testing

@testable import Evaluation

@Suite("Incident scoring")
struct IncidentScoringTests {
    private let region = Region(x: 100, y: 100, width: 50, height: 100)

    private func expected(_ kind: String = "falling_object", left: Double? = nil) -> IncidentLabel.Expected {
        IncidentLabel.Expected(kind: kind, startSeconds: 5, endSeconds: 6.5, region: region, leftPlaceSeconds: left)
    }

    private func detection(
        _ kind: String = "falling_object", start: Double = 5.2, region: Region? = nil, announced: Double = 7.1
    ) -> IncidentDetection {
        IncidentDetection(
            kind: kind, startSeconds: start, endSeconds: start + 1, region: region ?? self.region,
            announcedSeconds: announced)
    }

    @Test("the right kind at the right time and place is a hit, with its delay")
    func hit() {
        let score = IncidentScoring.score([detection()], expected: expected())
        #expect(score.isHit == true && score.falseAlarms == 0)
        #expect(abs((score.delaySeconds ?? 0) - 0.6) < 1e-9)
    }

    @Test("nothing announced is a miss")
    func miss() {
        #expect(
            IncidentScoring.score([], expected: expected())
                == IncidentScoring.Score(isHit: false, falseAlarms: 0, delaySeconds: nil))
    }

    @Test(
        "the start may lie from one second before the label's start to five after its end",
        arguments: [(3.99, false), (4.0, true), (11.5, true), (11.51, false)])
    func window(start: Double, isHit: Bool) {
        let score = IncidentScoring.score([detection(start: start)], expected: expected())
        #expect(score.isHit == isHit && score.falseAlarms == (isHit ? 0 : 1))
    }

    @Test("the regions must meet: an overlap of a tenth, or the centre inside")
    func place() {
        let inside = Region(x: 120, y: 140, width: 6, height: 6)
        #expect(IncidentScoring.score([detection(region: inside)], expected: expected()).isHit == true)
        let beside = Region(x: 146, y: 100, width: 50, height: 100)
        #expect(IncidentScoring.score([detection(region: beside)], expected: expected()).isHit == false)
        let shifted = Region(x: 138, y: 100, width: 50, height: 100)
        #expect(IncidentScoring.score([detection(region: shifted)], expected: expected()).isHit == true)
    }

    @Test("the first-announced kind of the event counts")
    func firstKind() {
        let spillFirst = [detection("spill", announced: 6.8), detection(announced: 7.2)]
        let score = IncidentScoring.score(spillFirst, expected: expected())
        #expect(score.isHit == false && score.falseAlarms == 2)
        // What was announced elsewhere is another event.
        let elsewhere = detection("spill", region: Region(x: 400, y: 0, width: 20, height: 20), announced: 1)
        let other = IncidentScoring.score([elsewhere, detection()], expected: expected())
        #expect(other.isHit == true && other.falseAlarms == 1)
    }

    @Test(
        "one further kind is allowed where one event really shows both",
        arguments: [
            ("falling_object", "spill", 0), ("falling_object", "toppled_stack", 0),
            ("falling_object", "object_left", 0),
            ("toppled_stack", "falling_object", 0), ("spill", "falling_object", 1), ("toppled_stack", "spill", 1),
        ])
    func furtherKind(kind: String, further: String, falseAlarms: Int) {
        let both = [detection(kind), detection(further, start: 6)]
        #expect(IncidentScoring.score(both, expected: expected(kind)).falseAlarms == falseAlarms)
        #expect(IncidentScoring.score(both, expected: expected(kind)).isHit == true)
        let three = both + [detection(further, start: 7)]
        #expect(IncidentScoring.score(three, expected: expected(kind)).falseAlarms == falseAlarms + 1)
    }

    @Test("a repeat is a false alarm, and so is all that is announced where nothing happens")
    func falseAlarms() {
        #expect(IncidentScoring.score([detection(), detection(start: 6)], expected: expected()).falseAlarms == 1)
        #expect(
            IncidentScoring.score([detection(), detection()], expected: nil)
                == IncidentScoring.Score(isHit: nil, falseAlarms: 2, delaySeconds: nil))
    }

    @Test("what is left or removed is due three seconds after the place was left")
    func leftDelay() {
        let score = IncidentScoring.score(
            [detection("object_left", announced: 12)], expected: expected("object_left", left: 8))
        #expect(score.delaySeconds == 1)
        let unknown = IncidentScoring.score(
            [detection("object_left", announced: 12)], expected: expected("object_left"))
        #expect(unknown.delaySeconds == 2.5)
    }
}
