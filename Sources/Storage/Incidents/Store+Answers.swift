public import Domain
public import Foundation
internal import GRDB

/// Answers to alerts that come from outside: each counts once, however often it arrives.
extension StoreAccess {
    /// Does what an answer says, in one transaction with the note that it was taken.
    /// - Parameters:
    ///   - key: The provider's name for the message that held the answer; nil where the same one can't come twice.
    ///   - words: What was written that is no answer: kept as a comment, so that nothing is lost.
    /// - Returns: nil when it was taken before.
    /// - Throws: ``StorageError/notFound(what:)`` when there is no such incident.
    public func take(
        _ answer: IncidentAnswer?, words: String = "", about incident: IncidentID, key: String?,
        by author: IncidentHandling.Author, at date: Date
    ) throws -> IncidentHandling.Outcome? {
        let outcome = try write { db -> IncidentHandling.Outcome? in
            if let key, try !isFirst(key, at: date, db) { return nil }
            switch answer {
            case .acknowledge: return try acknowledged(incident, by: author, at: date, db)
            case .state(let state):
                return try handle(incident, .state(state), by: author, at: date, photo: nil, isKnown: false, db)
            case nil:
                let text = String(words.prefix(IncidentHandling.longestText))
                return try handle(incident, .comment(text), by: author, at: date, photo: nil, isKnown: false, db)
            }
        }
        signal(.outbox)
        return outcome
    }

    private func acknowledged(
        _ id: IncidentID, by author: IncidentHandling.Author, at date: Date, _ db: Database
    ) throws -> IncidentHandling.Outcome {
        guard let incident = try Self.incident(id, db)?.id else {
            throw StorageError.notFound(what: "incident \(id)")
        }
        let handling = try Self.handling(of: incident, db)
        // Who says so of what is on its way or over says nothing new.
        if let standing = handling.standing, standing.state != .open { return .already(standing) }
        if try acknowledge(incident, by: author.name, at: date, db) {
            try cancelEscalations(of: incident, behind: [.acknowledged], db)
            return .changed
        }
        let earlier = try Row.fetchOne(
            db, sql: "SELECT by, at FROM acknowledgements WHERE incident_id = ?", arguments: [incident.rawValue])
        return .already(
            try earlier.map { .init(state: .open, by: $0["by"], at: try $0.date("at")) })
    }

    /// Notes that a message was taken.
    /// - Returns: False when it was before.
    public func isFirst(_ key: String, at date: Date) throws -> Bool { try write { try isFirst(key, at: date, $0) } }

    /// Longer than any provider repeats a message.
    private static let rememberedSeconds = 30.0 * 86_400

    private func isFirst(_ key: String, at date: Date, _ db: Database) throws -> Bool {
        try db.execute(
            sql: "DELETE FROM taken_answers WHERE at < ?", arguments: [UTCText.string(date - Self.rememberedSeconds)])
        try db.execute(
            sql: "INSERT INTO taken_answers (key, at) VALUES (?, ?) ON CONFLICT DO NOTHING",
            arguments: [key, UTCText.string(date)])
        return db.changesCount == 1
    }

    /// The incident that an answer without a name means: of those told to this recipient lately the newest that is not over,
    /// else the newest.
    public func incident(toldTo recipient: String, through channel: String, since date: Date) throws -> Incident? {
        try read { db in
            let id = try String.fetchOne(
                db,
                sql: """
                    SELECT outbox.incident_id FROM outbox
                    LEFT JOIN incident_handling ON incident_handling.incident_id = outbox.incident_id
                    WHERE channel = ? AND recipient = ? AND outbox.state = 'sent' AND sent_at >= ?
                        AND purpose IN ('incident', 'escalation') AND outbox.incident_id IS NOT NULL
                    ORDER BY coalesce(incident_handling.state IN ('cleared', 'false_alarm'), 0), sent_at DESC, id DESC
                    LIMIT 1
                    """,
                arguments: [channel, recipient, UTCText.string(date)])
            return try id.flatMap { try Self.incident(IncidentID(rawValue: $0), db) }
        }
    }

    /// Whether anybody was told of an incident through this channel lately: then answers may come.
    public func expectsAnswers(through channel: String, since date: Date) throws -> Bool {
        try read { db in
            try Bool.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM outbox WHERE channel = ? AND state = 'sent' AND sent_at >= ?
                        AND purpose IN ('incident', 'escalation'))
                    """,
                arguments: [channel, UTCText.string(date)]) ?? false
        }
    }
}
