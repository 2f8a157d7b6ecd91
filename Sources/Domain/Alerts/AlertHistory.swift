import Foundation

/// What the router may ask about the past, inside the transaction that plans the alerts.
public protocol AlertHistory {
    /// When a message about this camera and kind was last *sent* (not merely planned) to the recipient of the channel.
    func lastSent(camera: CameraID, kind: IncidentKind, channel: String, recipient: String) throws -> Date?
    /// Whether a message about this incident is already planned or sent there.
    func isPlanned(incident: IncidentID, channel: String, recipient: String) throws -> Bool
}
