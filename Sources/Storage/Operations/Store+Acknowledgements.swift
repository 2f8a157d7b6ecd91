public import Domain
public import Foundation
internal import GRDB

extension StoreAccess {
    /// Somebody takes care of the incident: escalations that wait are cancelled, in one transaction.
    /// - Returns: False when it was acknowledged before; the first one stays.
    /// - Throws: ``StorageError/refused(reason:)`` when there is no such incident.
    @discardableResult
    public func acknowledge(_ incident: IncidentID, by: String, at date: Date) throws -> Bool {
        let isFirst = try write { db in
            try db.execute(
                sql: "INSERT INTO acknowledgements (incident_id, by, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                arguments: [incident.rawValue, by, UTCText.string(date)])
            let isFirst = db.changesCount == 1
            try db.execute(
                sql: """
                    UPDATE outbox SET state = 'cancelled'
                    WHERE incident_id = ? AND purpose = 'escalation' AND state = 'pending'
                    """,
                arguments: [incident.rawValue])
            return isFirst
        }
        signal(.outbox)
        return isFirst
    }

    /// - Returns: nil when nobody has acknowledged it.
    public func acknowledgement(of incident: IncidentID) throws -> Acknowledgement? {
        try read { db in
            try Row.fetchOne(
                db, sql: "SELECT * FROM acknowledgements WHERE incident_id = ?", arguments: [incident.rawValue]
            ).map { row in Acknowledgement(incident: incident, by: row["by"], at: try row.date("at")) }
        }
    }
}
