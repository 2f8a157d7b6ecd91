import Domain
import TestSupport
import Testing

@testable import Storage

@Suite("Protected incidents")
struct ProtectionTests {
    @Test("protection is kept through updates of the incident, and can be taken away")
    func protection() throws {
        let test = try TestStore()
        let incident = Samples.incident()
        try test.store.unwatched.commit(.new(incident))
        #expect(try !test.store.unwatched.isProtected(incident: incident.id))
        try test.store.unwatched.setProtected(incident: incident.id, true)
        try test.store.unwatched.commit(.update(incident))
        #expect(try test.store.unwatched.isProtected(incident: incident.id))
        try test.store.unwatched.setProtected(incident: incident.id, false)
        #expect(try !test.store.unwatched.isProtected(incident: incident.id))
    }

    @Test("an incident that is not there can't be protected")
    func unknown() throws {
        let test = try TestStore()
        let id = IncidentID(rawValue: "none")
        #expect(throws: StorageError.notFound(what: "incident none")) {
            try test.store.unwatched.setProtected(incident: id, true)
        }
    }
}
