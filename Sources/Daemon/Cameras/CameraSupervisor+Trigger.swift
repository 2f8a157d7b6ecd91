import Domain
import Foundation

extension CameraSupervisor {
    /// An incident that begins and ends now, because somebody asked for it; with pre-roll and post-roll as any other.
    func trigger(kind: IncidentKind, severity: Severity, reason: String, by: String) async throws -> IncidentID {
        guard let recorder = openRecorder() else { throw IncidentTriggerError.stopping }
        let incident = makeIncident(kind: kind, severity: severity, reason: reason, by: by)
        await take(.new(incident), recorder)
        var ended = incident
        ended.phase = .ended
        await take(.end(ended), recorder)
        return incident.id
    }

    private func makeIncident(kind: IncidentKind, severity: Severity, reason: String, by: String) -> Incident {
        let now = rooms.clock.now()
        // Nothing has come in yet: there will be no clip, but whoever asked still gets the incident and its message.
        let time = analysedRing.time(at: now) ?? MediaTime(pts90k: 0)
        var facts = IncidentFacts()
        facts.reason = reason.isEmpty ? nil : reason
        facts.triggeredBy = by.isEmpty ? nil : by
        return Incident(
            id: IncidentID(rawValue: rooms.ids.next(at: now)), camera: id, kind: kind, phase: .ongoing,
            severity: severity, start: time, end: time, confirmed: time, startDate: now, endDate: now,
            confirmedDate: now, region: Region(x: 0, y: 0, width: 0, height: 0),
            frameSize: analysedRing.parameters?.frameSize ?? FrameSize(width: 0, height: 0), facts: facts)
    }
}
