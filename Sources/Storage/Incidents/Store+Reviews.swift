public import Domain
internal import GRDB

extension StoreAccess {
    /// What a person last said about an incident; nil when nobody has.
    public func review(of incident: IncidentID) throws -> IncidentReview? {
        try read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT incident_reviews.*, incidents.review FROM incident_reviews
                    JOIN incidents ON incidents.id = incident_reviews.incident_id WHERE incident_id = ?
                    """,
                arguments: [incident.rawValue]
            ).map { row in
                IncidentReview(
                    review: (row["review"] as String?).flatMap(Review.init), note: row["note"], by: row["reviewed_by"],
                    at: try row.date("reviewed_at"))
            }
        }
    }

    /// - Throws: ``StorageError/notFound(what:)`` when there is no such incident.
    public func setReview(_ review: IncidentReview, of incident: IncidentID) throws {
        try write { db in
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
    }
}
