import Domain
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Storage

@Suite("Committing incidents")
struct CommitTests {
    struct Refused: Error {}

    @Test("an incident comes back as it was written")
    func roundTrip() throws {
        let test = try TestStore()
        var incident = Samples.incident()
        incident.kinds = [.fallingObject, .spill]
        let result = try test.store.unwatched.commit(.new(incident))
        #expect(result.isNewIncident)
        #expect(try test.store.unwatched.incident(incident.id) == incident)
        #expect(try test.store.unwatched.incident(IncidentID(rawValue: "nobody")) == nil)
    }

    @Test("an update and the end change the row and add none")
    func update() throws {
        let test = try TestStore()
        var incident = Samples.incident()
        try test.store.unwatched.commit(.new(incident))
        incident.phase = .ended
        incident.region = Region(x: 1, y: 2, width: 3, height: 4)
        incident.endDate += 5
        #expect(try !test.store.unwatched.commit(.end(incident)).isNewIncident)
        #expect(try test.store.unwatched.incidents() == [incident])
    }

    @Test("messages are planned in the incident's transaction: a router that throws leaves nothing")
    func rollback() throws {
        let test = try TestStore()
        let link = try test.store.unwatched.makeLink(expiresAt: Samples.start + 1e6)
        #expect(throws: Refused.self) {
            try test.store.unwatched.commit(.new(Samples.incident()), link: link) { _ in throw Refused() }
        }
        #expect(try test.store.unwatched.incidents().isEmpty)
        #expect(try test.store.unwatched.pendingHeads().isEmpty)
    }

    @Test("a message that the schema refuses takes the incident with it")
    func rollbackAfterPlanning() throws {
        let test = try TestStore()
        let link = try test.store.unwatched.makeLink(expiresAt: Samples.start + 1e6)
        #expect {
            try test.store.unwatched.commit(.new(Samples.incident()), link: link) { _ in
                [Samples.alert(text: link.token), Samples.alert(channel: "")]
            }
        } throws: { error in
            guard case StorageError.refused = error else { return false }
            return !"\(error)".contains("+49")
        }
        #expect(try test.store.unwatched.incidents().isEmpty)
        #expect(try test.store.unwatched.messages(of: IncidentID(rawValue: "01a")).isEmpty)
        let links = try test.store.pool.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM links") }
        #expect(links == 0)
    }

    @Test("the router sees the open transaction's own incident and messages")
    func historySeesPlanned() throws {
        let test = try TestStore()
        let incident = Samples.incident()
        var seen: [Bool] = []
        try test.store.unwatched.commit(.new(incident)) { history in
            seen.append(try history.isPlanned(incident: incident.id, channel: "sms", recipient: "+491700000001"))
            return [Samples.alert()]
        }
        try test.store.unwatched.commit(.update(incident)) { history in
            seen.append(try history.isPlanned(incident: incident.id, channel: "sms", recipient: "+491700000001"))
            seen.append(try history.isPlanned(incident: incident.id, channel: "sms", recipient: "+491700000002"))
            return []
        }
        #expect(seen == [false, true, false])
    }

    @Test("at most one message per incident, channel and recipient, whatever the router wants")
    func uniqueness() throws {
        let test = try TestStore()
        let incident = Samples.incident()
        let first = try test.store.unwatched.commit(.new(incident)) { _ in
            [
                Samples.alert(), Samples.alert(text: "again"), Samples.alert("+491700000002"),
                Samples.alert(channel: "hook"),
            ]
        }
        #expect(first.newAlerts.map(\.alert.text) == ["hello", "hello", "hello"])
        let second = try test.store.unwatched.commit(.update(incident)) { _ in [Samples.alert(text: "third")] }
        #expect(second.newAlerts.isEmpty)
        #expect(try test.store.unwatched.messages(of: incident.id).count == 3)
        #expect(Set(first.newAlerts.map(\.idempotencyKey)).count == 3)
    }

    @Test("what was sent counts for the cool-down, what is only planned or dead does not")
    func lastSent() throws {
        let test = try TestStore()
        func lastSent(_ camera: CameraID, _ kind: IncidentKind, _ recipient: String) throws -> Date? {
            var found: Date?
            try test.store.unwatched.commit(.new(Samples.incident("probe", camera: Samples.camera("other")))) {
                history in
                found = try history.lastSent(camera: camera, kind: kind, channel: "sms", recipient: recipient)
                return []
            }
            return found
        }
        let message = try #require(
            try test.store.unwatched.commit(.new(Samples.incident())) { _ in [Samples.alert()] }.newAlerts.first)
        #expect(try lastSent(Samples.aisle4, .fallingObject, "+491700000001") == nil)
        try test.store.unwatched.beginAttempt(message.id)
        #expect(try lastSent(Samples.aisle4, .fallingObject, "+491700000001") == nil)
        try test.store.unwatched.markSent(message.id, at: Samples.start)
        #expect(try lastSent(Samples.aisle4, .fallingObject, "+491700000001") == Samples.start)
        let older = try #require(
            try test.store.unwatched.commit(.new(Samples.incident("00z"))) { _ in [Samples.alert()] }.newAlerts.first)
        try test.store.unwatched.markSent(older.id, at: Samples.start - 60)
        #expect(try lastSent(Samples.aisle4, .fallingObject, "+491700000001") == Samples.start)
        #expect(try lastSent(Samples.aisle4, .spill, "+491700000001") == nil)
        #expect(try lastSent(Samples.aisle4, .fallingObject, "+491700000002") == nil)
        #expect(try lastSent(Samples.camera("dock"), .fallingObject, "+491700000001") == nil)
        let dead = try #require(
            try test.store.unwatched.commit(.new(Samples.incident("01b", kind: .spill))) { _ in [Samples.alert()] }
                .newAlerts
                .first)
        try test.store.unwatched.markDead(dead.id, error: "no such number")
        #expect(try lastSent(Samples.aisle4, .spill, "+491700000001") == nil)
    }

    @Test("incidents are listed newest first, by time, camera, kind and number")
    func filters() throws {
        let test = try TestStore()
        for index in 0..<6 {
            var incident = Samples.incident(
                "0\(index)", camera: Samples.camera(index.isMultiple(of: 2) ? "even" : "odd"),
                startDate: Samples.start + Double(index * 60))
            if index == 5 { incident.kinds.append(.spill) }
            try test.store.unwatched.commit(.new(incident))
        }
        func list(_ filter: IncidentFilter) throws -> [String] {
            try test.store.unwatched.incidents(filter).map(\.id.rawValue)
        }
        #expect(try list(IncidentFilter()) == ["05", "04", "03", "02", "01", "00"])
        #expect(try list(IncidentFilter(limit: 2)) == ["05", "04"])
        #expect(try list(IncidentFilter(since: Samples.start + 180)) == ["05", "04", "03"])
        #expect(try list(IncidentFilter(until: Samples.start + 60)) == ["00"])
        #expect(try list(IncidentFilter(camera: Samples.camera("odd"))) == ["05", "03", "01"])
        #expect(try list(IncidentFilter(kind: .spill)) == ["05"])
        #expect(
            try list(IncidentFilter(since: Samples.start + 60, camera: Samples.camera("even"), limit: 1)) == ["04"])
        #expect(try list(IncidentFilter(camera: Samples.camera("x' or 1=1 --".filter(\.isLetter)))).isEmpty)
    }

    @Test("threads and tasks commit and read at once, and every row is there")
    func concurrency() async throws {
        let test = try TestStore()
        let store = test.store
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for index in 0..<10 {
                        let incident = Samples.incident("\(task)-\(index)")
                        let added = try await store.perform { store in
                            try store.commit(.new(incident)) { _ in [Samples.alert()] }.newAlerts.count
                        }
                        #expect(added == 1)
                        #expect(try store.unwatched.incident(incident.id) == incident)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try store.unwatched.incidents(IncidentFilter(limit: nil)).count == 80)
    }
}
