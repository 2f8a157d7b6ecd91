public import Foundation

/// What the router may ask about the past, inside the transaction that plans the alerts.
public protocol AlertHistory {
    /// When a message about this camera and kind was last *sent* (not merely planned) to the recipient of the channel.
    func lastSent(camera: CameraID, kind: IncidentKind, channel: String, recipient: String) throws -> Date?
    /// Whether a message about this incident is already planned or sent there.
    func isPlanned(incident: IncidentID, channel: String, recipient: String) throws -> Bool
    /// How many messages about new incidents were planned for the recipient since that moment and not refused.
    func plannedCount(channel: String, recipient: String, since: Date) throws -> Int
    /// The incidents that wait in the recipient's summary, oldest first; empty when none is open.
    func heldBack(channel: String, recipient: String) throws -> [Incident]
    /// The incident as it was before this step; nil when it is new.
    func before() throws -> Incident?
    /// The snoozes that are active now.
    func snoozes(at date: Date) throws -> [Snooze]
}

extension AlertHistory {
    public func plannedCount(channel: String, recipient: String, since: Date) throws -> Int { 0 }
    public func heldBack(channel: String, recipient: String) throws -> [Incident] { [] }
    public func before() throws -> Incident? { nil }
    public func snoozes(at date: Date) throws -> [Snooze] { [] }
}
