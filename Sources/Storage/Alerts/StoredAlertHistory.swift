import Domain
import Foundation
internal import GRDB

/// What was sent and planned, as the open transaction sees it.
struct StoredAlertHistory: AlertHistory {
    let db: Database
    /// The incident whose step is being committed, and what it was before.
    let incident: IncidentID
    let previous: Incident?

    func lastSent(camera: CameraID, kind: IncidentKind, channel: String, recipient: String) throws -> Date? {
        // CROSS JOIN keeps SQLite on the index of sent messages, newest first: it stops at the first that fits.
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT outbox.sent_at FROM outbox CROSS JOIN incidents ON incidents.id = outbox.incident_id
                WHERE outbox.state = 'sent' AND outbox.channel = ? AND outbox.recipient = ?
                    AND outbox.purpose = 'incident' AND incidents.camera = ? AND incidents.kind = ?
                ORDER BY outbox.sent_at DESC LIMIT 1
                """,
            arguments: [channel, recipient, camera.rawValue, kind.rawValue])
        return try row?.optionalDate("sent_at")
    }

    func isPlanned(incident: IncidentID, channel: String, recipient: String) throws -> Bool {
        try Bool.fetchOne(
            db,
            sql: """
                SELECT EXISTS (SELECT 1 FROM outbox WHERE incident_id = ?1 AND channel = ?2 AND recipient = ?3)
                    OR EXISTS (SELECT 1 FROM outbox_members JOIN outbox ON outbox.id = outbox_members.message_id
                        WHERE outbox_members.incident_id = ?1 AND outbox.channel = ?2 AND outbox.recipient = ?3)
                """,
            arguments: [incident.rawValue, channel, recipient]) ?? false
    }

    func plannedCount(channel: String, recipient: String, since: Date) throws -> Int {
        try Int.fetchOne(
            db,
            sql: """
                SELECT count(*) FROM outbox
                WHERE channel = ? AND recipient = ? AND purpose = 'incident' AND created_at >= ? AND state <> 'dead'
                    AND NOT EXISTS (SELECT 1 FROM incidents WHERE id = outbox.incident_id AND kind = 'manual')
                """,
            arguments: [channel, recipient, UTCText.string(since)]) ?? 0
    }

    func heldBack(channel: String, recipient: String) throws -> [Incident] {
        guard let summary = try StoreAccess.openSummary(channel: channel, recipient: recipient, db) else { return [] }
        return try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM incidents WHERE id IN (
                    SELECT coalesce(incidents.merged_into, incidents.id) FROM outbox_members
                    JOIN incidents ON incidents.id = outbox_members.incident_id WHERE outbox_members.message_id = ?)
                ORDER BY start_date, id
                """,
            arguments: [summary]
        ).map(IncidentRow.incident)
    }

    func before() throws -> Incident? { previous }

    func snoozes(at date: Date) throws -> [Snooze] { try StoreAccess.snoozes(at: date, upcoming: false, db) }

    func devices(of accounts: Set<String>?, seeing camera: CameraID?) throws -> [String] {
        try StoreAccess.pushRecipients(of: accounts, seeing: camera, db)
    }
}
