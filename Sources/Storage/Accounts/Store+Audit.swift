public import Domain
internal import GRDB

extension StoreAccess {
    /// Notes who changed what.
    public func audit(_ entry: AuditEntry) throws {
        try write { db in
            try db.execute(
                sql: "INSERT INTO audit (at, who, action, subject, detail, address) VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [
                    UTCText.string(entry.at), entry.who, entry.action, entry.subject, entry.detail, entry.address,
                ])
        }
    }

    /// Newest first.
    /// - Parameter before: Only entries with smaller ids.
    public func auditEntries(before: Int64? = nil, limit: Int) throws -> [AuditEntry] {
        try read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?",
                arguments: [before ?? Int64.max, max(0, limit)]
            ).map { row in
                AuditEntry(
                    id: row["id"], at: try row.date("at"), who: row["who"], action: row["action"],
                    subject: row["subject"], detail: row["detail"], address: row["address"])
            }
        }
    }
}
