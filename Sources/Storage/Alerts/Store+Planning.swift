import Crypto
import Domain
import Foundation
internal import GRDB

extension StoreAccess {
    /// Puts a planned message into the outbox, inside the caller's transaction.
    /// - Returns: nil when there is such a message already, or when it went into one that waits.
    func insert(
        _ alert: PlannedAlert, about subject: OutboxSubject, link: LinkToken?, _ db: Database
    ) throws -> OutboxMessage? {
        let carried = link.flatMap { alert.text.contains($0.token) ? $0 : nil }
        let stored = carried.map { alert.text.replacingOccurrences(of: $0.token, with: OutboxRow.placeholder) }
        let text = stored ?? alert.text
        if let incident = subject.incident, try joined(alert, text, carried, incident, db) { return nil }
        let numbered = try numbered(alert, subject, db)
        let now = UTCText.string(clock.now())
        try db.execute(
            sql: """
                INSERT INTO outbox (idempotency_key, subject, purpose, purpose_number, incident_id, channel, recipient,
                    text, link_sha256, state, attempts, outcome_unknown, created_at, due_at, next_attempt_at, unless)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', 0, 0, ?, ?, ?, ?)
                ON CONFLICT (idempotency_key) DO NOTHING
                """,
            arguments: [
                subject.idempotencyKey(numbered), subject.text, numbered.purpose.name, numbered.purpose.number,
                subject.incident?.rawValue, alert.channel, alert.recipient, text, carried.map { Self.hash($0.token) },
                now, alert.dueAt.map(UTCText.string), alert.dueAt.map(UTCText.string) ?? now, alert.unless?.rawValue,
            ])
        guard db.changesCount == 1 else { return nil }
        let id = db.lastInsertedRowID
        if alert.purpose == .summary, let incident = subject.incident { try addMember(incident, to: id, db) }
        let row = try Row.fetchOne(db, sql: OutboxRow.select + "WHERE outbox.id = ?", arguments: [id])
        return try row.map { try OutboxRow.message($0, token: carried?.token) }
    }

    /// A step that nobody has been told yet makes way for the newer one; an incident goes into the open summary.
    private func joined(
        _ alert: PlannedAlert, _ text: String, _ link: LinkToken?, _ incident: IncidentID, _ db: Database
    ) throws -> Bool {
        let open: Int64?
        switch alert.purpose {
        case .update:
            open = try Int64.fetchOne(
                db,
                sql: """
                    SELECT id FROM outbox WHERE incident_id = ? AND channel = ? AND recipient = ? AND purpose = 'update'
                        AND state = 'pending' AND attempts = 0
                    """,
                arguments: [incident.rawValue, alert.channel, alert.recipient])
        case .summary:
            open = try Self.openSummary(channel: alert.channel, recipient: alert.recipient, db)
            if let open { try addMember(incident, to: open, db) }
        default: return false
        }
        guard let open else { return false }
        try db.execute(
            sql: "UPDATE outbox SET text = ?, link_sha256 = coalesce(?, link_sha256) WHERE id = ?",
            arguments: [text, link.map { Self.hash($0.token) }, open])
        return true
    }

    /// The recipient's summary that can still grow.
    static func openSummary(channel: String, recipient: String, _ db: Database) throws -> Int64? {
        try Int64.fetchOne(
            db,
            sql: """
                SELECT id FROM outbox
                WHERE channel = ? AND recipient = ? AND purpose = 'summary' AND state = 'pending' AND attempts = 0
                ORDER BY id DESC LIMIT 1
                """,
            arguments: [channel, recipient])
    }

    private func addMember(_ incident: IncidentID, to message: Int64, _ db: Database) throws {
        try db.execute(
            sql: "INSERT INTO outbox_members (message_id, incident_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
            arguments: [message, incident.rawValue])
    }

    /// Updates are counted, because each is a message of its own.
    private func numbered(_ alert: PlannedAlert, _ subject: OutboxSubject, _ db: Database) throws -> PlannedAlert {
        guard case .update = alert.purpose else { return alert }
        let last = try Int.fetchOne(
            db,
            sql: """
                SELECT max(purpose_number) FROM outbox
                WHERE subject = ? AND channel = ? AND recipient = ? AND purpose = 'update'
                """,
            arguments: [subject.text, alert.channel, alert.recipient])
        var alert = alert
        alert.purpose = .update((last ?? 0) + 1)
        return alert
    }
}

/// What a message is about: with channel, recipient and purpose it makes the key that keeps it from being planned twice.
enum OutboxSubject {
    case incident(IncidentID)
    case notice(id: String)
    /// Something that recurs, such as the daily sign of life: its name with the day.
    case other(String)

    var text: String {
        switch self {
        case .incident(let id): id.rawValue
        case .notice(let id): "notice/\(id)"
        case .other(let name): name
        }
    }

    var incident: IncidentID? {
        if case .incident(let id) = self { id } else { nil }
    }

    /// The same for the same subject, channel, recipient and purpose; tells nobody the recipient.
    func idempotencyKey(_ alert: PlannedAlert) -> String {
        var parts = [text, alert.channel, alert.recipient]
        switch alert.purpose {
        case .incident: break
        // A summary begins with this incident; a second one for the same can't be.
        default: parts.append("\(alert.purpose.name)/\(alert.purpose.number)")
        }
        return SHA256.hash(data: Data(parts.joined(separator: "\u{0}").utf8)).prefix(16).hexadecimal
    }
}
