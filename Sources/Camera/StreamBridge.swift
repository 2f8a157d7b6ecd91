import Domain
import Foundation
import Media

/// Where a moment of the stream that is analysed lies in the stream that is recorded. Both come from one camera, but each
/// connection has a time line of its own; the time of day is what they share.
struct StreamBridge: Sendable {
    /// Nil where one stream serves both.
    private let recorded: PacketRing?

    init(recorded: PacketRing?) { self.recorded = recorded }

    /// The event with its times moved to the recorded stream; unchanged where there is one stream, or nothing recorded yet.
    func translate(_ event: IncidentEvent) -> IncidentEvent {
        switch event {
        case .new(let incident): .new(translate(incident))
        case .update(let incident): .update(translate(incident))
        case .end(let incident): .end(translate(incident))
        }
    }

    private func translate(_ incident: Incident) -> Incident {
        guard let recorded, let start = recorded.time(at: incident.startDate),
            let end = recorded.time(at: incident.endDate), let confirmed = recorded.time(at: incident.confirmedDate)
        else { return incident }
        var moved = incident
        moved.start = start
        moved.end = end
        moved.confirmed = confirmed
        return moved
    }
}
