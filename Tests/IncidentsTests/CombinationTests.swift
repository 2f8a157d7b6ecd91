import Domain
import Foundation
import Testing

@testable import Incidents

@Suite("Combinations")
struct CombinationTests {
    private func combined(
        _ condition: Condition, within: Double = 10, _ signs: [(Double, IncidentKind, Int)], until: Double = 60
    )
        -> [Double]
    {
        var rule = CombinationRule(Combination(name: "both", condition: condition, withinSeconds: within))
        var log = DetectionLog()
        var fired: [Double] = []
        for step in 0..<Int(until * 10) {
            let now = Double(step) / 10
            for (seconds, kind, track) in signs where abs(seconds - now) < 0.05 {
                log.append(sign(kind, track, now), seconds: now)
            }
            log.forget(before: now - rule.memorySeconds)
            let moment = CombinationRule.Moment(
                seconds: now, date: SceneBuilder.startDate + now, occupied: now > 20 ? ["press"] : [])
            if rule.assess(log, moment) != nil { fired.append(now) }
        }
        return fired
    }

    private func sign(_ kind: IncidentKind, _ track: Int, _ seconds: Double) -> Detection {
        Detection(
            kind: kind, startSeconds: seconds, endSeconds: seconds, region: Region(x: 0, y: 0, width: 9, height: 9),
            severity: .low, facts: IncidentFacts(), evidence: [], tracks: [TrackID(rawValue: track)])
    }

    private let fall = Condition.detection(DetectionPattern(kind: .fallingObject))
    private let spill = Condition.detection(DetectionPattern(kind: .spill))
    private let entry = Condition.detection(DetectionPattern(kind: .zoneEntry))

    @Test("all: both within the time, in any order, once")
    func all() {
        #expect(combined(.all([fall, spill]), [(5, .spill, 1), (9, .fallingObject, 2)]) == [9])
        #expect(combined(.all([fall, spill]), [(5, .spill, 1), (25, .fallingObject, 2)]).isEmpty)
        // The spill grows on: the same sign again is nothing new.
        #expect(combined(.all([fall, spill]), [(5, .spill, 1), (9, .fallingObject, 2), (11, .spill, 1)]) == [9])
    }

    @Test("any: each of them")
    func any() {
        #expect(combined(.any([fall, spill]), [(5, .spill, 1), (30, .fallingObject, 2)]) == [5, 30])
    }

    @Test("not: the other was not seen before")
    func not() {
        let alone = Condition.all([fall, .not(entry)])
        #expect(combined(alone, [(5, .fallingObject, 1)]) == [5])
        #expect(combined(alone, [(1, .zoneEntry, 2), (5, .fallingObject, 1)]).isEmpty)
    }

    @Test("then: in this order and in time")
    func then() {
        let order = Condition.sequence(first: fall, then: spill, withinSeconds: 20)
        #expect(combined(order, [(5, .fallingObject, 1), (20, .spill, 2)]) == [20])
        #expect(combined(order, [(5, .spill, 1), (20, .fallingObject, 2)]).isEmpty)
        #expect(combined(order, [(5, .fallingObject, 1), (30, .spill, 2)]).isEmpty)
    }

    @Test("then not: told when the time is over and nobody came")
    func thenNot() {
        let nobody = Condition.sequence(first: fall, then: .not(entry), withinSeconds: 15)
        let fired = combined(nobody, [(5, .fallingObject, 1)])
        #expect(fired.count == 1 && abs((fired.first ?? 0) - 20) < 0.2)
        #expect(combined(nobody, [(5, .fallingObject, 1), (12, .zoneEntry, 2)]).isEmpty)
    }

    @Test("a zone must be occupied; a time must be kept")
    func placesAndTimes() {
        #expect(
            combined(.all([fall, .occupied(zone: "press")]), [(5, .fallingObject, 1), (25, .fallingObject, 2)]) == [25])
        // 2026-05-28 20:26:40 UTC is a Thursday.
        let late = WeekSchedule(name: "late", spans: [.init(weekdays: [4], fromMinute: 20 * 60)], timeZone: "UTC")
        let early = WeekSchedule(name: "early", spans: [.init(weekdays: [4], toMinute: 20 * 60)], timeZone: "UTC")
        #expect(combined(.all([fall, .during(late)]), [(5, .fallingObject, 1)]) == [5])
        #expect(combined(.all([fall, .during(early)]), [(5, .fallingObject, 1)]).isEmpty)
        // Times alone are no incident.
        #expect(combined(.during(late), [(5, .fallingObject, 1)]).isEmpty)
    }

    @Test("a combination is an incident of its own, beside that of the rule")
    func engine() throws {
        var scene = SceneBuilder()
        scene.actors = [
            { seconds in
                guard seconds >= 3 else { return nil }
                let (y, moves) = Motion.fall(seconds, start: 3, top: 0.3, drop: 0.35, gravity: 2)
                return .box(x: 0.9, y: y, moving: moves)
            }
        ]
        var settings = RuleSettings()
        settings.combinations = [
            Combination(name: "fell, nobody near", condition: .all([fall, .not(entry)]), severity: .high)
        ]
        let found = try Judging.incidents(scene.recording(), settings)
        #expect(Set(found.map(\.kind)) == [.fallingObject, .combination])
        #expect(found.first { $0.kind == .combination }?.ruleName == "fell, nobody near")
    }
}
