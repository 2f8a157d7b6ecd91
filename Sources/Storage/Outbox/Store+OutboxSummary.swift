public import Foundation
internal import GRDB

extension StoreAccess {
    /// How the outbox does, at a glance.
    public struct OutboxSummary: Hashable, Sendable {
        public var pending = 0
        public var dead = 0
        public var oldestPendingAt: Date?
        public var lastSentAt: Date?
    }

    public func outboxSummary() throws -> OutboxSummary {
        try read { db in
            guard
                let row = try Row.fetchOne(
                    db,
                    sql: """
                        SELECT (SELECT count(*) FROM outbox WHERE state = 'pending') AS pending,
                            (SELECT count(*) FROM outbox WHERE state = 'dead') AS dead,
                            (SELECT min(created_at) FROM outbox WHERE state = 'pending') AS oldest,
                            (SELECT max(sent_at) FROM outbox WHERE state = 'sent') AS sent
                        """)
            else { return OutboxSummary() }
            return OutboxSummary(
                pending: row["pending"], dead: row["dead"], oldestPendingAt: try row.optionalDate("oldest"),
                lastSentAt: try row.optionalDate("sent"))
        }
    }
}
