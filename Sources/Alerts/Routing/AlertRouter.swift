public import Domain
public import Foundation

/// Decides who gets a message about an incident. Pure: what it knows of the past comes from the history it is given.
public struct AlertRouter: Hashable, Sendable {
    public var destinations: [AlertDestination]
    /// After a message about a camera and kind was *sent* to a recipient, another incident of that kind there is not
    /// announced to the same recipient for so long. A message that is only planned or was refused starts nothing.
    public var coolDownSeconds: Double

    public init(destinations: [AlertDestination], coolDownSeconds: Double = 60) {
        self.destinations = destinations
        self.coolDownSeconds = coolDownSeconds
    }

    /// The messages to send about `event`: one for each recipient who is told of it when it is new, none for its later steps.
    /// - Parameter text: What they say.
    public func plan(
        _ event: IncidentEvent, text: String, history: any AlertHistory, now: Date
    ) throws -> [PlannedAlert] {
        guard case .new(let incident) = event else { return [] }
        var planned: [PlannedAlert] = []
        for destination in destinations where destination.takes(incident) {
            for recipient in destination.recipients {
                let channel = destination.channel
                if planned.contains(where: { $0.channel == channel && $0.recipient == recipient }) { continue }
                if try history.isPlanned(incident: incident.id, channel: channel, recipient: recipient) { continue }
                let lastSent = try history.lastSent(
                    camera: incident.camera, kind: incident.kind, channel: channel, recipient: recipient)
                if let lastSent, isCoolingDown(since: lastSent, now) { continue }
                planned.append(PlannedAlert(channel: channel, recipient: recipient, text: text))
            }
        }
        return planned
    }

    private func isCoolingDown(since lastSent: Date, _ now: Date) -> Bool {
        let elapsed = now.timeIntervalSince(lastSent)
        // A negative one means that the clock was set back: better one message too many than none for hours.
        return elapsed >= 0 && elapsed < coolDownSeconds
    }
}
