import Domain
import Foundation
internal import GRDB

/// Between ``OutboxMessage`` and its row.
enum OutboxRow {
    /// Stands for the link's token in the stored text.
    static let placeholder = "{token}"
    static let select =
        "SELECT outbox.*, links.nonce AS nonce FROM outbox "
        + "LEFT JOIN links ON links.token_sha256 = outbox.link_sha256 "

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
                dueAt: try row.optionalDate("due_at")),
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
