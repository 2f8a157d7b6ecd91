import Domain
import Foundation
import Testing

@Suite("How incidents are handled")
struct IncidentHandlingTests {
    private let start = Date(timeIntervalSince1970: 1_780_000_000)

    /// An incident about which people have said this, one each minute.
    private func handling(_ said: (String, IncidentHandling.State)...) -> IncidentHandling {
        var handling = IncidentHandling()
        for (index, (name, state)) in said.enumerated() {
            let at = start + Double(index) * 60
            if handling.outcome(of: state, by: name) == .changed {
                handling.standing = IncidentHandling.Standing(state: state, by: name, at: at)
            }
            handling.steps.append(
                IncidentHandling.Step(
                    id: Int64(index), at: at, author: .init(name, by: .page), action: .state(state)))
        }
        return handling
    }

    @Test("it goes forward from open to cleared, and steps may be left out")
    func forward() {
        #expect(handling(("ann", .onTheWay), ("ann", .clearing), ("ann", .cleared)).state == .cleared)
        #expect(handling(("ann", .cleared)).state == .cleared)
        #expect(handling().outcome(of: .falseAlarm, by: "ann") == .changed)
        #expect(handling().outcome(of: .open, by: "ann") == .already(nil))
    }

    @Test("who is second joins who was first; a button that is pressed twice does nothing")
    func two() {
        let first = handling(("ann", .onTheWay))
        #expect(first.outcome(of: .onTheWay, by: "ben") == .joined(.init(state: .onTheWay, by: "ann", at: start)))
        #expect(first.outcome(of: .onTheWay, by: "ann") == .already(first.standing))
        let both = handling(("ann", .onTheWay), ("ben", .onTheWay))
        #expect(both.standing?.by == "ann" && both.outcome(of: .onTheWay, by: "ben") == .already(both.standing))
        let there = handling(("ann", .clearing))
        #expect(there.outcome(of: .onTheWay, by: "ben") == .joined(.init(state: .clearing, by: "ann", at: start)))
        #expect(there.outcome(of: .onTheWay, by: "ann") == .already(there.standing))
    }

    @Test("what is over stays so until somebody opens it again; that all was none may turn out late")
    func over() {
        let cleared = handling(("ann", .onTheWay), ("ben", .cleared))
        #expect(
            cleared.outcome(of: .onTheWay, by: "cem")
                == .refused(.init(state: .cleared, by: "ben", at: start + 60)))
        #expect(cleared.outcome(of: .cleared, by: "cem") == .already(cleared.standing))
        #expect(cleared.outcome(of: .falseAlarm, by: "cem") == .changed)
        let none = handling(("ann", .falseAlarm))
        #expect(none.outcome(of: .cleared, by: "ben") == .refused(.init(state: .falseAlarm, by: "ann", at: start)))
        let again = handling(("ann", .onTheWay), ("ann", .cleared), ("ben", .open))
        #expect(again.state == .open && again.outcome(of: .onTheWay, by: "ann") == .changed)
    }

    @Test("a tick counts until it is taken back")
    func ticks() {
        var handling = IncidentHandling()
        func step(_ id: Int64, _ name: String, _ action: IncidentHandling.Action) -> IncidentHandling.Step {
            .init(id: id, at: start, author: .init(name, by: .link), action: action)
        }
        handling.steps = [
            step(1, "ann", .tick("cones")), step(2, "ben", .tick("sweep")), step(3, "ann", .untick("cones")),
        ]
        #expect(handling.ticks.mapValues(\.author.name) == ["sweep": "ben"])
        handling.steps.append(step(4, "cem", .tick("cones")))
        #expect(handling.ticks["cones"]?.author.name == "cem")
    }

    @Test("each action is the word and the text that it was made of")
    func words() {
        let actions: [IncidentHandling.Action] =
            IncidentHandling.State.allCases.map { .state($0) }
            + [.assign("ann"), .assign(nil), .comment("a"), .photo(""), .tick("b"), .untick("b")]
        for action in actions {
            #expect(IncidentHandling.Action(name: action.name, text: action.text) == action)
        }
        #expect(IncidentHandling.Action(name: "state", text: "gone") == nil)
        #expect(IncidentHandling.Action(name: "delete", text: "") == nil)
    }

    @Test("the first playbook that fits counts")
    func playbooks() throws {
        let camera = try #require(CameraID(rawValue: "dock"))
        let now = start, moment = MediaTime(seconds: 0)
        var incident = Incident(
            id: IncidentID(rawValue: "01"), camera: camera, kind: .spill, severity: .medium, start: moment, end: moment,
            confirmed: moment, startDate: now, endDate: now, confirmedDate: now,
            region: Region(x: 0, y: 0, width: 1, height: 1), frameSize: FrameSize(width: 2, height: 2))
        let books = [
            Playbook(name: "high", minSeverity: .high), Playbook(name: "falls", kinds: [.fallingObject]),
            Playbook(name: "aisle 4", zones: ["Aisle 4"]), Playbook(name: "spills", kinds: [.spill]),
            Playbook(name: "rest"),
        ]
        #expect(books.first(for: incident)?.name == "spills")
        incident.facts.fromZoneName = "Aisle 4"
        #expect(books.first(for: incident)?.name == "aisle 4")
        incident.severity = .high
        #expect(books.first(for: incident)?.name == "high")
        #expect([Playbook]().first(for: incident) == nil)
    }
}
