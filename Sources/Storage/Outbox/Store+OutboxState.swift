public import Domain
public import Foundation
internal import GRDB

extension StoreAccess {
    /// How each channel's messages stand; channels without messages are missing.
    public func outboxSummaries() throws -> [ChannelBacklog] {
        let now = UTCText.string(clock.now())
        return try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT channel,
                        count(*) FILTER (WHERE state = 'pending' AND (due_at IS NULL OR due_at <= :now)) AS waiting,
                        count(*) FILTER (WHERE state = 'dead') AS dead,
                        min(coalesce(retried_at, due_at, created_at))
                            FILTER (WHERE state = 'pending' AND (due_at IS NULL OR due_at <= :now)) AS waiting_since,
                        max(sent_at) AS last_sent_at
                    FROM outbox GROUP BY channel ORDER BY channel
                    """,
                arguments: ["now": now]
            ).map { row in
                let channel: String = row["channel"]
                let error = try String.fetchOne(
                    db,
                    sql: """
                        SELECT last_error FROM outbox
                        WHERE channel = ? AND state = 'pending' AND last_error IS NOT NULL ORDER BY id LIMIT 1
                        """,
                    arguments: [channel])
                return ChannelBacklog(
                    channel: channel, waiting: row["waiting"], dead: row["dead"],
                    waitingSince: try row.optionalDate("waiting_since"),
                    lastSentAt: try row.optionalDate("last_sent_at"), lastError: error)
            }
        }
    }

    /// The newest messages, newest first.
    /// - Parameter state: Nil: any.
    public func messages(in state: OutboxMessage.State? = nil, limit: Int = 50) throws -> [OutboxMessage] {
        let rows = try read { db in
            try Row.fetchAll(
                db,
                sql: OutboxRow.select
                    + "WHERE outbox.state = coalesce(?, outbox.state) ORDER BY outbox.id DESC LIMIT ?",
                arguments: [state?.rawValue, max(0, limit)])
        }
        return try rows.map { try OutboxRow.message($0, token: token($0)) }
    }

    /// Puts a dead message back, or has a waiting one tried at once.
    /// - Returns: False when there is none with this number, or when it was sent or is not needed any more.
    @discardableResult
    public func retry(_ message: Int64) throws -> Bool {
        let now = UTCText.string(clock.now())
        let isBack = try write { db in
            try db.execute(
                sql: """
                    UPDATE outbox SET state = 'pending', next_attempt_at = :now, retried_at = :now, provider_id = NULL,
                        delivery = NULL, next_check_at = NULL
                    WHERE id = :id AND state IN ('dead', 'pending')
                    """,
                arguments: ["now": now, "id": message])
            return db.changesCount == 1
        }
        if isBack { signal(.outbox) }
        return isBack
    }

    /// Messages that a provider has queued and whose fate is not known yet, the next to ask about first.
    public func unconfirmed() throws -> [(message: OutboxMessage, checkAt: Date, checks: Int)] {
        let rows = try read { db in
            try Row.fetchAll(
                db,
                sql: OutboxRow.select
                    + "WHERE outbox.next_check_at IS NOT NULL AND outbox.state = 'sent' "
                    + "ORDER BY outbox.next_check_at LIMIT 100")
        }
        return try rows.map { row in
            (try OutboxRow.message(row, token: token(row)), try row.date("next_check_at"), row["delivery_checks"])
        }
    }

    /// What the provider said about a message that it had queued.
    /// - Parameter nextCheckAt: When to ask again; nil: no more.
    public func noteDelivery(_ message: Int64, isDelivered: Bool, nextCheckAt: Date?) throws {
        try write { db in
            try db.execute(
                sql: """
                    UPDATE outbox SET delivery = CASE WHEN ? THEN 'delivered' ELSE delivery END, next_check_at = ?,
                        delivery_checks = delivery_checks + 1
                    WHERE id = ? AND state = 'sent'
                    """,
                arguments: [isDelivered, nextCheckAt.map(UTCText.string), message])
        }
    }

    /// The provider had queued the message and could not deliver it: it counts as never sent.
    public func noteUndelivered(_ message: Int64, error: String) throws {
        try write { db in
            try db.execute(
                sql: """
                    UPDATE outbox SET state = 'dead', sent_at = NULL, delivery = 'failed', next_check_at = NULL,
                        last_error = ?
                    WHERE id = ? AND state = 'sent'
                    """,
                arguments: [error, message])
        }
    }

    /// Puts messages about nothing that happened (a try of a channel, the daily sign of life) into the outbox.
    /// - Parameter name: Of the subject; the same one is planned once for a channel and recipient.
    @discardableResult
    public func enqueue(_ alerts: [PlannedAlert], name: String) throws -> [OutboxMessage] {
        let messages = try write { db in
            try alerts.compactMap { try insert($0, about: .other(name), link: nil, db) }
        }
        if !messages.isEmpty { signal(.outbox) }
        return messages
    }

    /// - Returns: nil when there is no such message.
    public func message(_ id: Int64) throws -> OutboxMessage? {
        let row = try read { db in
            try Row.fetchOne(db, sql: OutboxRow.select + "WHERE outbox.id = ?", arguments: [id])
        }
        return try row.map { try OutboxRow.message($0, token: token($0)) }
    }
}
