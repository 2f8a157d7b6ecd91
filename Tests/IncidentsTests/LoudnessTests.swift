import Domain
import Foundation
import Testing

@testable import Incidents

/// Budgets, suppressions, schedules, and incidents that turn out to be one.
@Suite("How loud, and one story")
struct LoudnessTests {
    /// A box falls every 12 s at another place, `count` times.
    private func falls(_ count: Int) -> SceneRecording {
        var scene = SceneBuilder()
        scene.seconds = Double(count) * 12 + 4
        scene.actors = (0..<count).map { index in
            { seconds in
                let t = seconds - Double(index) * 12
                guard t >= 3, t < 11 else { return nil }
                let (y, moves) = Motion.fall(t, start: 3, top: 0.3, drop: 0.35, gravity: 2)
                return .box(x: 0.2 + 0.2 * Double(index % 6), y: y, moving: moves)
            }
        }
        return scene.recording()
    }

    @Test("after N alarms an hour comes one summary, then silence; all are recorded")
    func budget() throws {
        var settings = RuleSettings()
        settings.policies[.fallingObject] = RulePolicy(alarmsPerHour: 2)
        let found = try Judging.incidents(falls(5), settings)
        #expect(found.map(\.alerting) == [.alarm, .alarm, .summary, .silent, .silent])
        let until = try #require(found[2].quietUntilDate)
        #expect(abs(until.timeIntervalSince(found[0].confirmedDate) - 3600) < 1)
    }

    @Test("a restart does not renew the budget")
    func recall() {
        var settings = RuleSettings()
        settings.policies[.fallingObject] = RulePolicy(alarmsPerHour: 1)
        var engine = Judging.engine(settings)
        engine.recallAlarm(of: .fallingObject, ruleName: nil, at: SceneBuilder.startDate - 60)
        let events = falls(1).observations.flatMap { engine.step($0) }
        #expect(events.first?.incident.alerting == .summary)
    }

    @Test("what a person called no incident is silent there and only there, for the time, until it is taken back")
    func suppression() throws {
        let all = try Judging.incidents(falls(3))
        #expect(all.count == 3)
        func count(_ suppressions: [Suppression]) -> Int {
            var engine = Judging.engine()
            engine.suppressions = suppressions
            return falls(3).observations.flatMap { engine.step($0) }.count { $0.type == "new" }
        }
        let start = SceneBuilder.startDate
        let here = Suppression(of: all[1], from: start, until: start + 3600, by: "anna")
        #expect(count([here]) == 2)
        #expect(count([]) == 3)
        #expect(count([Suppression(of: all[1], from: start, until: start + 5, by: "anna")]) == 3)
        var otherRule = here
        otherRule.kind = .spill
        #expect(count([otherRule]) == 3)
        var everywhere = here
        everywhere.region = nil
        #expect(count([everywhere]) == 0)
    }

    @Test("a rule outside of its schedule sees nothing")
    func schedule() throws {
        var settings = RuleSettings()
        settings.policies[.fallingObject] = RulePolicy(
            schedule: WeekSchedule(name: "early", spans: [.init(toMinute: 6 * 60)], timeZone: "UTC"))
        #expect(try Judging.incidents(falls(1), settings).isEmpty)
    }

    @Test("two incidents that a third sign joins become one: the earlier id stays, the later leads to it")
    func join() throws {
        let ids = MonotonicID()
        var book = IncidentBook(settings: RuleSettings()) { IncidentID(rawValue: ids.next(at: $0)) }
        func sign(_ x: Int, _ width: Int, _ kind: IncidentKind, _ track: Int) -> Detection {
            Detection(
                kind: kind, startSeconds: 5, endSeconds: 6, region: Region(x: x, y: 200, width: width, height: 60),
                severity: .medium, facts: IncidentFacts(),
                evidence: [Evidence(parameter: "p", measured: 1, threshold: 0, unit: "")],
                tracks: [TrackID(rawValue: track)])
        }
        let observation = SceneObservation(
            time: MediaTime(epoch: 0, seconds: 6), date: SceneBuilder.startDate,
            frameSize: FrameSize(width: 640, height: 360))
        let first = book.absorb([sign(0, 60, .fallingObject, 1)], observation, camera: Judging.camera)
        let second = book.absorb([sign(500, 60, .spill, 2)], observation, camera: Judging.camera)
        #expect(first.map(\.type) + second.map(\.type) == ["new", "new"])
        let joined = book.absorb([sign(40, 480, .spill, 2)], observation, camera: Judging.camera)
        #expect(joined.map(\.type) == ["end", "update"])
        #expect(joined[0].incident.id == second[0].incident.id && joined[0].incident.mergedInto == first[0].incident.id)
        let whole = joined[1].incident
        #expect(whole.id == first[0].incident.id && whole.aliases == [second[0].incident.id])
        #expect(Set(whole.kinds) == [.fallingObject, .spill] && whole.region.endX >= 560)
        #expect(Set(whole.evidence.compactMap(\.kind)) == [.fallingObject, .spill])
        #expect(book.endAll().count == 1)
    }

    @Test("the stages of a life: confirmed, growing, ended")
    func stages() throws {
        let events = try Judging.events(falls(1))
        #expect(events.first?.incident.stage == .confirmed && events.last?.incident.stage == .ended)
    }
}
