import Domain
import Foundation
import TestSupport
import Testing

@testable import Storage

@Suite("What people do about incidents")
struct HandlingTests {
    let test: TestStore
    var db: StoreAccess { test.store.unwatched }
    let id = IncidentID(rawValue: "01a")

    init() throws { test = try TestStore() }

    /// An incident with an escalation for each milestone.
    private func begin() throws {
        let escalations = IncidentHandling.Milestone.allCases.enumerated().map { index, milestone in
            PlannedAlert(
                channel: "sms", recipient: "+\(index)", text: "?", purpose: .escalation(index + 1),
                dueAt: test.clock.now() + 600, unless: milestone)
        }
        let older = PlannedAlert(
            channel: "sms", recipient: "+9", text: "?", purpose: .escalation(9), dueAt: test.clock.now() + 600)
        try db.commit(.new(Samples.incident(id.rawValue))) { _ in escalations + [older] }
    }

    /// The milestones without which somebody will be told.
    private func waiting() throws -> [String] {
        try db.messages(of: id).filter { $0.state == .pending }.map { $0.alert.unless?.rawValue ?? "none" }
    }

    private func handle(
        _ action: IncidentHandling.Action, _ name: String = "ann", isKnown: Bool = false
    ) throws -> IncidentHandling.Outcome {
        try db.handle(
            id, action, by: .init(name, by: .page), at: test.clock.now(), isKnown: isKnown)
    }

    @Test("escalations follow the state: each is cancelled by what makes it needless, and by nothing less")
    func escalations() throws {
        try begin()
        #expect(try waiting() == ["acknowledged", "on_the_way", "cleared", "none"])
        try db.acknowledge(id, by: "ann", at: test.clock.now())
        #expect(try waiting() == ["on_the_way", "cleared"])
        _ = try handle(.state(.onTheWay))
        #expect(try waiting() == ["cleared"])
        _ = try handle(.state(.clearing))
        #expect(try waiting() == ["cleared"])
        _ = try handle(.state(.cleared))
        #expect(try waiting().isEmpty)
    }

    @Test("who goes there has acknowledged it, but the first one counts")
    func acknowledges() throws {
        try begin()
        _ = try handle(.state(.onTheWay), "ben")
        #expect(try waiting() == ["cleared"])
        #expect(try db.acknowledgement(of: id)?.by == "ben")
        _ = try handle(.state(.clearing), "ann")
        #expect(try db.acknowledgement(of: id)?.by == "ben")
    }

    @Test("every step is kept in its order, with name, way and time; what was so already is not written twice")
    func steps() throws {
        try begin()
        #expect(try handle(.state(.onTheWay)) == .changed)
        let since = IncidentHandling.Standing(state: .onTheWay, by: "ann", at: test.clock.now())
        test.clock.advance(seconds: 60)
        #expect(try handle(.state(.onTheWay)) == .already(since))
        #expect(try handle(.state(.onTheWay), "ben") == .joined(since))
        #expect(try handle(.tick("cones")) == .changed && handle(.tick("cones"), "ben") == .already(since))
        #expect(try handle(.untick("cones"), "ben") == .changed && handle(.untick("cones")) == .already(since))
        #expect(try handle(.assign("cem")) == .changed && handle(.assign("cem")) == .already(since))
        #expect(try handle(.comment("two litres")) == .changed)
        let handling = try db.handling(of: id)
        #expect(handling.standing == since && handling.assignee == "cem")
        #expect(
            handling.steps.map { "\($0.author.name) \($0.action.name) \($0.action.text)" } == [
                "ann state on_the_way", "ben state on_the_way", "ann tick cones", "ben untick cones",
                "ann assign cem", "ann comment two litres",
            ])
        #expect(handling.steps[1].at == since.at + 60 && handling.steps[0].author.way == .page)
        // A list has where it stands, without the steps.
        let details = try #require(try db.details(of: [id])[id])
        #expect(details.handling == IncidentHandling(standing: since, assignee: "cem"))
    }

    @Test("two people at once: both are noted, one of them was first")
    func atOnce() async throws {
        try begin()
        let store = test.store, id = id, now = test.clock.now()
        let outcomes = try await withThrowingTaskGroup(of: IncidentHandling.Outcome.self) { group in
            for name in ["ann", "ben", "cem", "dag"] {
                group.addTask {
                    try await store.perform {
                        try $0.handle(id, .state(.onTheWay), by: .init(name, by: .link), at: now)
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == .changed } == 1)
        let first = try #require(try db.handling(of: id).standing)
        #expect(outcomes.count { $0 == .joined(first) } == 3)
        #expect(try db.handling(of: id).steps.count == 4)
    }

    @Test("\"false alarm\" is a review and ends all escalations; taken back, it is open again")
    func falseAlarm() throws {
        try begin()
        #expect(try handle(.state(.falseAlarm)) == .changed)
        #expect(try db.review(of: id)?.review == .notAnIncident && waiting().isEmpty)
        #expect(try handle(.state(.open)) == .changed)
        #expect(try db.review(of: id)?.review == nil && db.handling(of: id).state == .open)
    }

    @Test("a review says the same as the state, whichever was given")
    func review() throws {
        try begin()
        let now = test.clock.now()
        try db.setReview(IncidentReview(review: .notAnIncident, by: "ann", at: now), of: id)
        #expect(try db.handling(of: id).standing == .init(state: .falseAlarm, by: "ann", at: now))
        #expect(try waiting().isEmpty)
        try db.setReview(IncidentReview(review: .confirmed, by: "ann", at: now), of: id)
        #expect(try db.handling(of: id).state == .open)
    }

    @Test("what a person with an account has said is not changed by somebody without one")
    func strangers() throws {
        try begin()
        let now = test.clock.now()
        try db.setReview(IncidentReview(review: .confirmed, by: "ann", at: now), of: id)
        #expect(
            try handle(.state(.falseAlarm), "Ben (link)") == .refused(.init(state: .open, by: "ann", at: now)))
        #expect(try handle(.state(.falseAlarm), "ben", isKnown: true) == .changed)
        #expect(
            try handle(.state(.open), "Ben (link)") == .refused(.init(state: .falseAlarm, by: "ben", at: now)))
        #expect(try db.handling(of: id).state == .falseAlarm && db.review(of: id)?.by == "ben")
    }

    @Test("a photo lies beside its step and is found by its own incident alone")
    func photo() throws {
        try begin()
        try db.commit(.new(Samples.incident("01b")))
        let jpeg = Data([0xFF, 0xD8, 0xFF, 0xD9])
        try db.handle(id, .photo("dry"), by: .init("ann", by: .link), at: test.clock.now(), photo: jpeg)
        let step = try #require(try db.handling(of: id).steps.first)
        #expect(step.action == .photo("dry"))
        #expect(try db.photo(step.id, of: id) == jpeg)
        #expect(try db.photo(step.id, of: IncidentID(rawValue: "01b")) == nil)
    }

    @Test("a step about an incident that there is not is refused, one about a merged incident goes to the other")
    func whichIncident() throws {
        try begin()
        #expect(throws: StorageError.self) {
            try db.handle(
                IncidentID(rawValue: "none"), .comment("?"), by: .init("ann", by: .page), at: test.clock.now())
        }
    }

    @Test("incidents are found by where they stand")
    func search() throws {
        try begin()
        try db.commit(.new(Samples.incident("01b")))
        try db.commit(.new(Samples.incident("01c")))
        _ = try handle(.state(.cleared))
        try db.handle(IncidentID(rawValue: "01b"), .assign("cem"), by: .init("ann", by: .page), at: test.clock.now())
        func found(_ state: IncidentHandling.State) throws -> Set<String> {
            var search = IncidentSearch()
            search.state = state
            return Set(try db.incidents(search).map(\.id.rawValue))
        }
        #expect(try found(.open) == ["01b", "01c"] && found(.cleared) == ["01a"] && found(.clearing).isEmpty)
    }
}
