public import Domain
public import Foundation
internal import GRDB

extension StoreAccess {
    /// For each channel and recipient the oldest message that still has to be sent, whether its next attempt's time has
    /// come or not; those behind it wait, so that a recipient gets the messages in order. A message that was planned for
    /// later (an escalation) stands behind all others until its moment.
    public func pendingHeads() throws -> [OutboxMessage] {
        let now = clock.now()
        // A moment more than a day away was planned before the clock was set back: no message is planned that far ahead.
        let heads = try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    WITH ranked AS (
                        SELECT id, row_number() OVER (
                            PARTITION BY channel, recipient
                            ORDER BY CASE WHEN due_at IS NULL OR due_at <= :now OR due_at > :impossible THEN ''
                                ELSE due_at END, id) AS place
                        FROM outbox WHERE state = 'pending')
                    """ + OutboxRow.select
                        + "WHERE outbox.id IN (SELECT id FROM ranked WHERE place = 1) ORDER BY outbox.id",
                arguments: ["now": UTCText.string(now), "impossible": UTCText.string(now + 90_000)])
        }
        return try heads.map { row in
            let token = try token(row) ?? reissueLink(row)
            return try OutboxRow.message(row, token: token)
        }
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
    func token(_ row: Row) throws -> String? {
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
}
