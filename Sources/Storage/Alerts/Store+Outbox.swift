public import Domain
public import Foundation
internal import GRDB

extension StoreAccess {
    // MARK: - For the one who sends them

    /// For each channel and recipient the oldest message that still has to be sent, whether its next attempt's time has
    /// come or not; those behind it wait, so that a recipient gets the messages in order. A message that was planned for
    /// later (an escalation) stands behind all others until its moment.
    public func pendingHeads() throws -> [OutboxMessage] {
        let heads = try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    WITH ranked AS (
                        SELECT id, row_number() OVER (
                            PARTITION BY channel, recipient
                            ORDER BY CASE WHEN \(OutboxRow.isDue) THEN '' ELSE due_at END, id) AS place
                        FROM outbox WHERE state = 'pending')
                    """ + OutboxRow.select
                        + "WHERE outbox.id IN (SELECT id FROM ranked WHERE place = 1) ORDER BY outbox.id",
                arguments: OutboxRow.moments(clock.now()))
        }
        return try heads.map { row in
            let token = try token(row) ?? reissueLink(row)
            return try OutboxRow.message(row, token: token)
        }
    }

    /// Notes that an attempt begins: if the process dies in it, nobody knows whether the message went out.
    /// - Returns: False when the message is not pending any more.
    @discardableResult
    public func beginAttempt(_ message: Int64) throws -> Bool {
        try change(message, "attempts = attempts + 1, outcome_unknown = 1")
    }

    /// The provider has taken the message.
    /// - Parameters:
    ///   - providerID: The provider's name for it, where it only queued it.
    ///   - checkAt: When to ask what became of it; nil: never.
    @discardableResult
    public func markSent(
        _ message: Int64, at date: Date, providerID: String? = nil, checkAt: Date? = nil
    ) throws -> Bool {
        try change(
            message,
            """
            state = 'sent', sent_at = ?, outcome_unknown = 0, last_error = NULL, provider_id = ?, delivery = ?,
            next_check_at = ?
            """,
            [
                UTCText.string(date), providerID, providerID == nil ? nil : "accepted", checkAt.map(UTCText.string),
            ])
    }

    /// The attempt failed, and another one follows.
    /// - Parameters:
    ///   - error: Why, without secrets.
    ///   - outcomeUnknown: Whether the provider may have taken the message all the same.
    @discardableResult
    public func markFailed(_ message: Int64, retryAt: Date, error: String, outcomeUnknown: Bool) throws -> Bool {
        try change(
            message, "next_attempt_at = ?, last_error = ?, outcome_unknown = ?",
            [UTCText.string(retryAt), error, outcomeUnknown])
    }

    /// The message will not be tried again.
    @discardableResult
    public func markDead(_ message: Int64, error: String) throws -> Bool {
        try change(message, "state = 'dead', last_error = ?", [error])
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

    private func change(_ message: Int64, _ assignments: String, _ arguments: StatementArguments = []) throws -> Bool {
        defer { signal(.outcomes) }
        return try write { db in
            try db.execute(
                sql: "UPDATE outbox SET \(assignments) WHERE id = ? AND state = 'pending'",
                arguments: arguments + [message])
            return db.changesCount == 1
        }
    }

    /// The token of a message's link; nil when it has none or when the key is not the one it was made with.
    private func token(_ row: Row) throws -> String? {
        guard let nonce = row["nonce"] as Data?, let hash = row["link_sha256"] as Data? else { return nil }
        let token = try linkKey.token(nonce: nonce)
        return Self.hash(token) == hash ? token : nil
    }

    /// Gives a message whose link's token is lost a new one that lives as long.
    private func reissueLink(_ row: Row) throws -> String? {
        guard let hash = row["link_sha256"] as Data?, let id = row["id"] as Int64?,
            let incident = row["incident_id"] as String?
        else { return nil }
        return try write { db in
            let old = try Row.fetchOne(
                db, sql: "SELECT expires_at FROM links WHERE token_sha256 = ?", arguments: [hash])
            guard let expiresAt = try old?.date("expires_at") else { return nil }
            let link = try makeLink(expiresAt: expiresAt)
            try insert(link, incident: IncidentID(rawValue: incident), db)
            try db.execute(
                sql: "UPDATE outbox SET link_sha256 = ? WHERE id = ?", arguments: [Self.hash(link.token), id])
            return link.token
        }
    }

    // MARK: - For those who look at them

    /// How each channel's messages stand; channels without messages are missing.
    public func outboxSummaries() throws -> [ChannelBacklog] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT channel,
                        count(*) FILTER (WHERE state = 'pending' AND \(OutboxRow.isDue)) AS waiting,
                        count(*) FILTER (WHERE state = 'dead') AS dead,
                        min(coalesce(retried_at, due_at, created_at))
                            FILTER (WHERE state = 'pending' AND \(OutboxRow.isDue)) AS waiting_since,
                        max(sent_at) AS last_sent_at,
                        (SELECT last_error FROM outbox AS failed
                            WHERE failed.channel = outbox.channel AND state = 'pending' AND last_error IS NOT NULL
                            ORDER BY id LIMIT 1) AS last_error
                    FROM outbox GROUP BY channel ORDER BY channel
                    """,
                arguments: OutboxRow.moments(clock.now())
            ).map { row in
                ChannelBacklog(
                    channel: row["channel"], waiting: row["waiting"], dead: row["dead"],
                    waitingSince: try row.optionalDate("waiting_since"),
                    lastSentAt: try row.optionalDate("last_sent_at"), lastError: row["last_error"])
            }
        }
    }

    /// How the outbox does, at a glance. What was planned for later (an escalation, a summary) does not wait yet.
    public struct OutboxSummary: Hashable, Sendable {
        public var waiting = 0
        public var dead = 0
        public var waitingSince: Date?
        public var lastSentAt: Date?
    }

    public func outboxSummary() throws -> OutboxSummary {
        try outboxSummaries().reduce(into: OutboxSummary()) { summary, channel in
            summary.waiting += channel.waiting
            summary.dead += channel.dead
            summary.waitingSince = [summary.waitingSince, channel.waitingSince].compactMap(\.self).min()
            summary.lastSentAt = [summary.lastSentAt, channel.lastSentAt].compactMap(\.self).max()
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

    /// All messages about an incident, in the order in which they were planned.
    public func messages(of incident: IncidentID) throws -> [OutboxMessage] {
        let rows = try read { db in
            try Row.fetchAll(
                db, sql: OutboxRow.select + "WHERE outbox.incident_id = ? ORDER BY outbox.id",
                arguments: [incident.rawValue])
        }
        return try rows.map { try OutboxRow.message($0, token: token($0)) }
    }

    /// - Returns: nil when there is no such message.
    public func message(_ id: Int64) throws -> OutboxMessage? {
        let row = try read { db in
            try Row.fetchOne(db, sql: OutboxRow.select + "WHERE outbox.id = ?", arguments: [id])
        }
        return try row.map { try OutboxRow.message($0, token: token($0)) }
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
}

/// Between ``OutboxMessage`` and its row.
enum OutboxRow {
    /// Stands for the link's token in the stored text.
    static let placeholder = "{token}"
    static let select =
        "SELECT outbox.*, links.nonce AS nonce FROM outbox "
        + "LEFT JOIN links ON links.token_sha256 = outbox.link_sha256 "

    /// Of a pending message: its time has come. A moment more than a day away was planned before the clock was set back: no
    /// message is planned that far ahead.
    static let isDue = "(due_at IS NULL OR due_at <= :now OR due_at > :impossible)"

    /// What ``isDue`` is asked with.
    static func moments(_ now: Date) -> StatementArguments {
        ["now": UTCText.string(now), "impossible": UTCText.string(now + 90_000)]
    }

    /// - Parameter token: Goes into the text where the placeholder stands, if there is a link; nil leaves a mark.
    static func message(_ row: Row, token: String?) throws -> OutboxMessage {
        guard let state = OutboxMessage.State(rawValue: row["state"]) else {
            throw StorageError.damaged(reason: "a message's state is unknown")
        }
        guard let purpose = AlertPurpose(name: row["purpose"], number: row["purpose_number"]) else {
            throw StorageError.damaged(reason: "a message's purpose is unknown")
        }
        let stored: String = row["text"]
        let hasLink = (row["link_sha256"] as Data?) != nil
        let text = hasLink ? stored.replacingOccurrences(of: placeholder, with: token ?? "…") : stored
        var message = OutboxMessage(
            id: row["id"], idempotencyKey: row["idempotency_key"],
            incident: (row["incident_id"] as String?).map(IncidentID.init(rawValue:)),
            alert: PlannedAlert(
                channel: row["channel"], recipient: row["recipient"], text: text, purpose: purpose,
                dueAt: try row.optionalDate("due_at"),
                unless: (row["unless"] as String?).flatMap(IncidentHandling.Milestone.init)),
            state: state, attempts: row["attempts"], createdAt: try row.date("created_at"),
            nextAttemptAt: try row.date("next_attempt_at"), sentAt: try row.optionalDate("sent_at"),
            lastError: row["last_error"])
        message.outcomeUnknown = row["outcome_unknown"]
        message.providerID = row["provider_id"]
        message.delivery = row["delivery"]
        message.retriedAt = try row.optionalDate("retried_at")
        return message
    }
}
