public import Foundation
internal import GRDB

extension StoreAccess {
    /// How much the finished clips take.
    public struct ClipSummary: Hashable, Sendable {
        public var count = 0
        public var bytes: Int64 = 0
        /// Of the clips that began since the moment asked for.
        public var recentBytes: Int64 = 0
        /// When the oldest of all began.
        public var oldestAt: Date?
    }

    public func clipSummary(recentSince: Date) throws -> ClipSummary {
        try read { db in
            guard
                let row = try Row.fetchOne(
                    db,
                    sql: """
                        SELECT count(*) AS count, coalesce(sum(bytes), 0) AS bytes, min(start_date) AS oldest,
                            coalesce(sum(CASE WHEN start_date >= ? THEN bytes END), 0) AS recent
                        FROM clips WHERE state = 'finished'
                        """,
                    arguments: [UTCText.string(recentSince)])
            else { return ClipSummary() }
            return ClipSummary(
                count: row["count"], bytes: row["bytes"], recentBytes: row["recent"],
                oldestAt: try row.optionalDate("oldest"))
        }
    }
}
