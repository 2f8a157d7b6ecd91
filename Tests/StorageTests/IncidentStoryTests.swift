import Domain
import Foundation
import Testing

@testable import Storage

@Suite("An incident's story in the database")
struct IncidentStoryTests {
    @Test("stage, loudness, rule name and quiet time come back as they were written")
    func roundTrip() throws {
        let test = try TestStore()
        var incident = Samples.incident(kind: .combination)
        incident.stage = .growing
        incident.alerting = .summary
        incident.ruleName = "fell and leaked"
        incident.quietUntilDate = Samples.start + 3600
        try test.store.unwatched.commit(.new(incident))
        #expect(try test.store.unwatched.incident(incident.id) == incident)
    }

    @Test("a link to an incident that was merged leads to the earlier one, with all clips, and lists show it once")
    func merge() throws {
        let test = try TestStore()
        var first = Samples.incident("01a"), second = Samples.incident("01b", kind: .spill)
        try test.store.unwatched.commit(.new(first))
        try test.store.unwatched.commit(.new(second))
        try test.store.unwatched.insert(Samples.clip("01d"), incidents: [second.id])
        let token = try test.store.unwatched.newLink(second.id, expiresAt: test.clock.now() + 60)
        second.phase = .ended
        second.mergedInto = first.id
        try test.store.unwatched.commit(.end(second))
        first.aliases = [second.id]
        first.kinds = [.fallingObject, .spill]
        try test.store.unwatched.commit(.update(first))
        #expect(try test.store.unwatched.incident(second.id) == first)
        #expect(try test.store.unwatched.incident(token: token) == first)
        #expect(try test.store.unwatched.incidents().map(\.id) == [first.id])
        #expect(try test.store.unwatched.clips(of: first.id).map(\.id) == [Samples.clip("01d").id])
    }

    @Test("a second merge takes the aliases of the first along")
    func mergeTwice() throws {
        let test = try TestStore()
        var incidents = ["01a", "01b", "01c"].map { Samples.incident($0) }
        for incident in incidents { try test.store.unwatched.commit(.new(incident)) }
        incidents[1].aliases = [incidents[2].id]
        try test.store.unwatched.commit(.update(incidents[1]))
        incidents[0].aliases = [incidents[1].id]
        try test.store.unwatched.commit(.update(incidents[0]))
        #expect(try test.store.unwatched.incident(incidents[2].id)?.id == incidents[0].id)
    }

    @Test("what a person reviewed stays reviewed, and a later step keeps the verification")
    func reviewed() throws {
        let test = try TestStore()
        var incident = Samples.incident()
        try test.store.unwatched.commit(.new(incident))
        try test.store.unwatched.markReviewed(incident.id)
        let answer = VerificationAnswer(
            happened: true, description: "A box fell.", severity: .high, model: "m", answeredDate: Samples.start)
        #expect(try test.store.unwatched.setVerification(answer, of: incident.id)?.verification == answer)
        incident.stage = .ended
        try test.store.unwatched.commit(.end(incident))
        let stored = try test.store.unwatched.incident(incident.id)
        #expect(stored?.stage == .reviewed && stored?.verification == answer)
    }

    @Test("what a crash left open is over by phase and by stage, and so is what earlier versions wrote half")
    func stagesAgree() throws {
        let test = try TestStore()
        let open = Samples.incident("01a")
        try test.store.unwatched.commit(.new(open))
        try test.store.unwatched.endOpenIncidents()
        let over = try #require(try test.store.unwatched.incident(open.id))
        #expect(over.phase == .ended && over.stage == .ended)
        try test.store.unwatched.write { db in
            try db.execute(sql: "UPDATE incidents SET phase = 'ended', stage = 'growing'")
        }
        #expect(try test.store.unwatched.incident(open.id)?.stage == .ended)
        try test.store.unwatched.write { db in
            try db.execute(sql: "UPDATE incidents SET phase = 'ongoing', stage = 'ended'")
        }
        #expect(try test.store.unwatched.incident(open.id)?.phase == .ended)
    }

    @Test("a suppression holds at its camera until its end, and can be taken back once")
    func suppression() throws {
        let test = try TestStore()
        let now = test.clock.now()
        try test.store.unwatched.commit(.new(Samples.incident()))
        let wanted = Suppression(of: Samples.incident(), from: now, until: now + 3600, by: "anna")
        let stored = try test.store.unwatched.addSuppression(wanted)
        #expect(stored.id > 0 && stored.region == wanted.region && stored.incident == wanted.incident)
        #expect(try test.store.unwatched.activeSuppressions(camera: Samples.aisle4) == [stored])
        #expect(try test.store.unwatched.activeSuppressions(camera: Samples.camera("other")).isEmpty)
        #expect(try test.store.unwatched.activeSuppressions(at: now + 3600).isEmpty)
        #expect(try test.store.unwatched.removeSuppression(stored.id, by: "bert"))
        #expect(try !test.store.unwatched.removeSuppression(stored.id, by: "bert"))
        #expect(try test.store.unwatched.activeSuppressions().isEmpty)
    }
}
