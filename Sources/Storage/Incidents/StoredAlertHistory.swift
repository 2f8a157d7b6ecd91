import Domain
import Foundation
internal import GRDB

/// What was sent and planned, as the open transaction sees it.
struct StoredAlertHistory: AlertHistory {
    let db: Database

    func lastSent(camera: CameraID, kind: IncidentKind, channel: String, recipient: String) throws -> Date? {
        // CROSS JOIN keeps SQLite on the index of sent messages, newest first: it stops at the first that fits.
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT outbox.sent_at FROM outbox CROSS JOIN incidents ON incidents.id = outbox.incident_id
                WHERE outbox.state = 'sent' AND outbox.channel = ? AND outbox.recipient = ?
                    AND incidents.camera = ? AND incidents.kind = ?
                ORDER BY outbox.sent_at DESC LIMIT 1
                """,
            arguments: [channel, recipient, camera.rawValue, kind.rawValue])
        return try row?.optionalDate("sent_at")
    }

    func isPlanned(incident: IncidentID, channel: String, recipient: String) throws -> Bool {
        try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM outbox WHERE incident_id = ? AND channel = ? AND recipient = ?)",
            arguments: [incident.rawValue, channel, recipient]) ?? false
    }
}
