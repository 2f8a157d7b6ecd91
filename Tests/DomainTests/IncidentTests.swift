import Foundation
import TestSupport
import Testing

@testable import Domain

@Suite("An incident's phase and stage")
struct IncidentTests {
    private func incident() throws -> Incident {
        let zero = MediaTime(pts90k: 0), now = Date(timeIntervalSince1970: 1_780_000_000)
        return Incident(
            id: IncidentID(rawValue: "one"), camera: try #require(CameraID(rawValue: "dock")), kind: .manual,
            severity: .low, start: zero, end: zero, confirmed: zero, startDate: now, endDate: now, confirmedDate: now,
            region: Region(x: 0, y: 0, width: 1, height: 1), frameSize: FrameSize(width: 1, height: 1))
    }

    @Test("never contradict each other, whichever of them is set")
    func agree() throws {
        var incident = try incident()
        #expect(incident.phase == .ongoing && incident.stage == .confirmed)
        incident.stage = .growing
        #expect(incident.phase == .ongoing && incident.stage == .growing)
        incident.phase = .ended
        #expect(incident.stage == .ended)
        var other = try self.incident()
        other.stage = .ended
        #expect(other.phase == .ended && other.stage == .ended)
    }

    @Test("an incident of which nobody was told, or that a person has looked at, may go on or be over")
    func independent() throws {
        var incident = try incident()
        incident.stage = .candidate
        #expect(incident.phase == .ongoing && incident.stage == .candidate)
        incident.phase = .ended
        #expect(incident.stage == .candidate)
        incident.stage = .confirmed
        #expect(incident.phase == .ended && incident.stage == .ended)
        incident.stage = .reviewed
        #expect(incident.phase == .ended && incident.stage == .reviewed)
    }

    @Test("both are written, and what earlier versions wrote is read without its contradiction")
    func json() throws {
        var incident = try incident()
        incident.ruleName = "a"
        incident.aliases = [IncidentID(rawValue: "zero")]
        incident.quietUntilDate = incident.startDate
        incident.mergedInto = IncidentID(rawValue: "two")
        incident.alerting = .silent
        incident.verification = VerificationAnswer(
            happened: true, description: "a", severity: .low, model: "m", answeredDate: incident.startDate)
        incident.phase = .ended
        let data = try JSONEncoder().encode(incident)
        #expect(try JSONDecoder().decode(Incident.self, from: data) == incident)
        var fields = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(fields["phase"] as? String == "ended" && fields["stage"] as? String == "ended")
        #expect(fields.count == 24, "a stored property is not written: \(fields.keys.sorted())")
        fields["stage"] = "confirmed"
        let read = try JSONDecoder().decode(Incident.self, from: JSONSerialization.data(withJSONObject: fields))
        #expect(read.stage == .ended && read == incident)
        var grown = try self.incident()
        grown.stage = .growing
        grown.phase = .ended
        #expect(try JSONDecoder().decode(Incident.self, from: JSONEncoder().encode(grown)) == grown)
    }
}
