public import Domain
public import Foundation
internal import GRDB

/// What people say about incidents: what it was, whether its clips stay, that somebody takes care of it.
extension StoreAccess {
    /// What a person last said about an incident; nil when nobody has.
    public func review(of incident: IncidentID) throws -> IncidentReview? {
        try read { db in
            try Self.review(of: incident, db)
        }
    }

    static func review(of incident: IncidentID, _ db: Database) throws -> IncidentReview? {
        try Row.fetchOne(
            db,
            sql: """
                SELECT incident_reviews.*, incidents.review FROM incident_reviews
                JOIN incidents ON incidents.id = incident_reviews.incident_id WHERE incident_id = ?
                """,
            arguments: [incident.rawValue]
        ).flatMap(review)
    }

    /// - Parameter row: Of `incident_reviews`, with the incident's `review`; nil where nobody has said anything.
    static func review(_ row: Row) throws -> IncidentReview? {
        try row.optionalDate("reviewed_at").map { date in
            IncidentReview(
                review: (row["review"] as String?).flatMap(Review.init), note: row["note"], by: row["reviewed_by"],
                at: date)
        }
    }

    /// A false alarm is handled with that; one that was none after all is open again.
    /// - Parameter way: How they said it.
    /// - Throws: ``StorageError/notFound(what:)`` when there is no such incident.
    public func setReview(
        _ review: IncidentReview, of incident: IncidentID, by way: IncidentHandling.Way = .page
    ) throws {
        try write { db in
            try setReview(review, of: incident, db)
            let before = try Self.handling(of: incident, db)
            let isNone = review.review == .notAnIncident
            guard isNone != (before.state == .falseAlarm) else { return }
            try move(
                incident, to: isNone ? .falseAlarm : .open, by: IncidentHandling.Author(review.by, by: way),
                at: review.at, db)
        }
        signal(.outbox)
    }

    func setReview(_ review: IncidentReview, of incident: IncidentID, _ db: Database) throws {
        try db.execute(
            sql: "UPDATE incidents SET review = ?, stage = 'reviewed' WHERE id = ?",
            arguments: [review.review?.rawValue, incident.rawValue])
        guard db.changesCount == 1 else { throw StorageError.notFound(what: "incident \(incident)") }
        try db.execute(
            sql: """
                INSERT INTO incident_reviews (incident_id, note, reviewed_by, reviewed_at) VALUES (?, ?, ?, ?)
                ON CONFLICT (incident_id) DO UPDATE SET note = excluded.note,
                    reviewed_by = excluded.reviewed_by, reviewed_at = excluded.reviewed_at
                """,
            arguments: [incident.rawValue, review.note, review.by, UTCText.string(review.at)])
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

    /// Whether the clips of an incident are kept whatever retention and a full disk say.
    /// - Throws: ``StorageError/notFound(what:)``.
    public func setProtected(incident id: IncidentID, _ isProtected: Bool) throws {
        try write { db in
            try db.execute(
                sql: "UPDATE incidents SET protected = ? WHERE id = ?", arguments: [isProtected, id.rawValue])
            guard db.changesCount == 1 else { throw StorageError.notFound(what: "incident \(id)") }
        }
    }

    /// False also when there is no such incident.
    public func isProtected(incident id: IncidentID) throws -> Bool {
        try read { db in
            try Bool.fetchOne(db, sql: "SELECT protected FROM incidents WHERE id = ?", arguments: [id.rawValue])
        } ?? false
    }

    /// Somebody takes care of the incident: escalations that wait for that are cancelled, in one transaction.
    /// - Returns: False when it was acknowledged before; the first one stays.
    /// - Throws: ``StorageError/refused(reason:)`` when there is no such incident.
    @discardableResult
    public func acknowledge(_ incident: IncidentID, by: String, at date: Date) throws -> Bool {
        let isFirst = try write { db in
            let isFirst = try acknowledge(incident, by: by, at: date, db)
            try cancelEscalations(of: incident, behind: [.acknowledged], db)
            return isFirst
        }
        signal(.outbox)
        return isFirst
    }

    func acknowledge(_ incident: IncidentID, by: String, at date: Date, _ db: Database) throws -> Bool {
        try db.execute(
            sql: "INSERT INTO acknowledgements (incident_id, by, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            arguments: [incident.rawValue, by, UTCText.string(date)])
        return db.changesCount == 1
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
