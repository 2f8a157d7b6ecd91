public import Domain
public import Foundation
internal import GRDB

/// A notice about the installation with its life.
public struct StoredNotice: Hashable, Sendable, Codable {
    /// A ULID: sorts by time.
    public var id: String
    public var notice: OperationalNotice
    /// As pages and messages show it.
    public var text: String
    public var openedAt: Date
    /// Nil while it is open.
    public var closedAt: Date?
}

extension StoreAccess {
    /// Opens a notice together with the messages about it, in one transaction; does nothing while one with its key is open.
    /// - Parameters:
    ///   - id: A ULID.
    ///   - text: What the pages show.
    ///   - plan: Decides inside the transaction whom to tell.
    /// - Returns: False when one was open.
    @discardableResult
    public func open(
        _ notice: OperationalNotice, id: String, text: String, at date: Date,
        plan: (_ snoozes: [Snooze]) throws -> [PlannedAlert]
    ) throws -> Bool {
        let (isNew, messages) = try write { db -> (Bool, Int) in
            try db.execute(
                sql: """
                    INSERT INTO notices (id, key, kind, camera, severity, detail, text, opened_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                    """,
                arguments: [
                    id, notice.key, notice.kind, notice.camera?.rawValue, notice.severity.rawValue,
                    try RowJSON.text(notice), text, UTCText.string(date),
                ])
            guard db.changesCount == 1 else { return (false, 0) }
            let planned = try plan(Self.snoozes(at: date, upcoming: false, db))
            let count = try planned.count { try insert($0, about: .notice(id: id), link: nil, db) != nil }
            return (true, count)
        }
        if messages > 0 { signal(.outbox) }
        return isNew
    }

    /// Closes the open notice with this key. Messages about it that were not tried yet are not needed any more; who got one
    /// is told what `text` says of the notice.
    /// - Returns: The notice; nil when none was open.
    @discardableResult
    public func close(
        _ key: String, at date: Date, text: (StoredNotice) -> String
    ) throws -> StoredNotice? {
        let (closed, messages) = try write { db -> (StoredNotice?, Int) in
            guard
                let row = try Row.fetchOne(
                    db, sql: "SELECT * FROM notices WHERE key = ? AND closed_at IS NULL", arguments: [key])
            else { return (nil, 0) }
            var notice = try Self.notice(row)
            notice.closedAt = date
            try db.execute(
                sql: "UPDATE notices SET closed_at = ? WHERE id = ?", arguments: [UTCText.string(date), notice.id])
            let subject = OutboxSubject.notice(id: notice.id)
            try db.execute(
                sql: "UPDATE outbox SET state = 'cancelled' WHERE subject = ? AND state = 'pending' AND attempts = 0",
                arguments: [subject.text])
            let told = try Row.fetchAll(
                db,
                sql: """
                    SELECT channel, recipient FROM outbox
                    WHERE subject = ? AND purpose = 'notice' AND state IN ('pending', 'sent') ORDER BY id
                    """,
                arguments: [subject.text])
            let words = text(notice)
            let count = try told.count { row in
                let alert = PlannedAlert(
                    channel: row["channel"], recipient: row["recipient"], text: words, purpose: .cleared)
                return try insert(alert, about: subject, link: nil, db) != nil
            }
            return (notice, count)
        }
        if messages > 0 { signal(.outbox) }
        return closed
    }

    /// Those that are open, the oldest first.
    public func openNotices() throws -> [StoredNotice] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM notices WHERE closed_at IS NULL ORDER BY id").map(Self.notice)
        }
    }

    /// The newest ones, open or not, newest first.
    public func notices(limit: Int = 50) throws -> [StoredNotice] {
        try read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM notices ORDER BY opened_at DESC, id DESC LIMIT ?", arguments: [max(0, limit)]
            ).map(Self.notice)
        }
    }

    private static func notice(_ row: Row) throws -> StoredNotice {
        StoredNotice(
            id: row["id"], notice: try RowJSON.value(row["detail"]), text: row["text"],
            openedAt: try row.date("opened_at"), closedAt: try row.optionalDate("closed_at"))
    }
}
