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
            let clips = try rows.map(ClipRow.clip)
            let shown = try Row.fetchAll(
                db,
                sql: """
                    SELECT clip_id, severity, review, protected, end_date FROM clip_incidents
                    JOIN incidents ON incidents.id = clip_incidents.incident_id
                    WHERE clip_id IN (SELECT value FROM json_each(?)) ORDER BY clip_id, incidents.id
                    """,
                arguments: [try RowJSON.text(clips.map(\.id.rawValue))]
            ).reduce(into: [ClipID: [KeptClip.Shown]]()) { result, row in
                result[ClipID(rawValue: row["clip_id"]), default: []].append(
                    KeptClip.Shown(
                        severity: Severity(rawValue: row["severity"]) ?? .high,
                        review: (row["review"] as String?).flatMap(Review.init(rawValue:)),
                        isProtected: row["protected"], endDate: try row.date("end_date")))
            }
            return clips.map { KeptClip(clip: $0, incidents: shown[$0.id] ?? []) }
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
}
