public import Domain
public import Foundation
internal import GRDB

/// A finished clip with what decides how long it stays.
public struct KeptClip: Hashable, Sendable {
    public struct Shown: Hashable, Sendable {
        public var severity: Severity
        public var review: Review?
        public var isProtected: Bool
        public var endDate: Date

        public init(severity: Severity, review: Review? = nil, isProtected: Bool = false, endDate: Date) {
            self.severity = severity
            self.review = review
            self.isProtected = isProtected
            self.endDate = endDate
        }
    }

    public var clip: Clip
    /// The incidents that it shows.
    public var incidents: [Shown]

    public init(clip: Clip, incidents: [Shown]) {
        self.clip = clip
        self.incidents = incidents
    }

    public var isProtected: Bool { incidents.contains { $0.isProtected } }
}

extension StoreAccess {
    /// Finished clips, oldest first, a page at a time.
    /// - Parameter after: The last one of the page before; nil for the first page.
    public func keptClips(after: ClipID?, limit: Int) throws -> [KeptClip] {
        try read { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT * FROM clips WHERE state = 'finished' AND id > ? ORDER BY id LIMIT ?",
                arguments: [after?.rawValue ?? "", limit])
            return try rows.map { row in
                let clip = try ClipRow.clip(row)
                let shown = try Row.fetchAll(
                    db,
                    sql: """
                        SELECT severity, review, protected, end_date FROM incidents
                        JOIN clip_incidents ON clip_incidents.incident_id = incidents.id
                        WHERE clip_incidents.clip_id = ?
                        """,
                    arguments: [clip.id.rawValue])
                return KeptClip(
                    clip: clip,
                    incidents: try shown.map { row in
                        KeptClip.Shown(
                            severity: Severity(rawValue: row["severity"]) ?? .high,
                            review: (row["review"] as String?).flatMap(Review.init(rawValue:)),
                            isProtected: row["protected"], endDate: try row.date("end_date"))
                    })
            }
        }
    }

    /// The newest finished clip in the clip folder itself, not in the one that stands in for it.
    public func newestClip() throws -> Clip? {
        try read { db in
            try Row.fetchOne(
                db, sql: "SELECT * FROM clips WHERE state = 'finished' AND path NOT LIKE '@%' ORDER BY id DESC LIMIT 1"
            ).map(ClipRow.clip)
        }
    }

    /// The size of all finished videos.
    /// - Parameter since: Only of clips that began then or later.
    public func clipBytes(since: Date? = nil) throws -> Int64 {
        try read { db in
            try Int64.fetchOne(
                db, sql: "SELECT coalesce(sum(bytes), 0) FROM clips WHERE state = 'finished' AND start_date >= ?",
                arguments: [since.map(UTCText.string) ?? ""])
        } ?? 0
    }

    /// Removes links that have opened nothing since `date`.
    /// - Returns: How many.
    @discardableResult
    public func removeLinks(expiredBefore date: Date) throws -> Int {
        try write { db in
            try db.execute(sql: "DELETE FROM links WHERE expires_at < ?", arguments: [UTCText.string(date)])
            return db.changesCount
        }
    }

    /// Damage inside the database, in SQLite's words: broken pages, rows that refer to nothing, clips without an incident.
    /// Reads all of it.
    public func integrityProblems() throws -> [String] {
        try read { db in
            var problems = try String.fetchAll(db, sql: "PRAGMA integrity_check(20)").filter { $0 != "ok" }
            problems += try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").map { row in
                "a row of \(row[0] as String? ?? "?") refers to a row of \(row[2] as String? ?? "?") that is not there"
            }
            problems += try String.fetchAll(
                db,
                sql: """
                    SELECT id FROM clips WHERE state <> 'tombstone'
                    AND NOT EXISTS (SELECT 1 FROM clip_incidents WHERE clip_id = clips.id) ORDER BY id
                    """
            ).map { "clip \($0) shows no incident" }
            return problems
        }
    }
}
