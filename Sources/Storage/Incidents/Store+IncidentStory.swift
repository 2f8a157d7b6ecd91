public import Domain
public import Foundation
internal import GRDB

extension StoreAccess {
    /// Keeps what the second look said about an incident. The incident's other facts stay as they are.
    /// - Returns: the incident as it is now; nil when there is none of this id.
    @discardableResult
    public func setSecondLook(_ answer: SecondLookAnswer, of id: IncidentID) throws -> Incident? {
        let json = try RowJSON.text(answer)
        try write { db in
            try db.execute(
                sql: """
                    UPDATE incidents SET second_look = ?
                    WHERE id = (SELECT coalesce(merged_into, id) FROM incidents WHERE id = ?)
                    """, arguments: [json, id.rawValue])
        }
        return try incident(id)
    }

    /// Notes that a person has looked at the incident; later steps of it don't take that back.
    public func markReviewed(_ id: IncidentID) throws {
        try write { db in
            try db.execute(
                sql: """
                    UPDATE incidents SET stage = 'reviewed'
                    WHERE id = (SELECT coalesce(merged_into, id) FROM incidents WHERE id = ?)
                    """, arguments: [id.rawValue])
        }
    }

    /// Makes `alias` lead to `id`, and its clips show that incident too.
    func adopt(_ alias: IncidentID, into id: IncidentID, _ db: Database) throws {
        guard alias != id else { return }
        try db.execute(
            sql: "UPDATE incidents SET merged_into = ?1 WHERE (id = ?2 OR merged_into = ?2) AND id <> ?1",
            arguments: [id.rawValue, alias.rawValue])
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO clip_incidents (clip_id, incident_id)
                SELECT clip_id, ? FROM clip_incidents WHERE incident_id = ?
                """, arguments: [id.rawValue, alias.rawValue])
    }
}

extension StoreAccess {
    /// Incidents of which people were not told yet because an answer was waited for; oldest first.
    public func heldIncidents() throws -> [Incident] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM incidents WHERE stage = 'candidate' ORDER BY id")
                .map(IncidentRow.incident)
        }
    }

    /// When incidents of each rule of a camera became alarms since a moment: what a restart must not forget.
    public func alarms(camera: CameraID, since: Date) throws -> [(kind: IncidentKind, ruleName: String?, date: Date)] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM incidents WHERE camera = ? AND alerting = 'alarm' AND confirmed_date >= ?
                    AND start_date >= ? ORDER BY id
                    """,
                // The index is by start; an incident is confirmed within a day of it.
                arguments: [camera.rawValue, UTCText.string(since), UTCText.string(since - 86_400)]
            ).map(IncidentRow.incident).map { ($0.kind, $0.ruleName, $0.confirmedDate) }
        }
    }
}
