public import Domain
import Foundation
internal import GRDB

extension StoreAccess {
    /// Writes a followed object, new or changed.
    public func save(_ record: FollowRecord) throws {
        try write { db in
            try db.execute(
                sql: """
                    INSERT INTO followed_objects (id, camera, object, created_at, created_by, last_seen_at, picture, mask)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (id) DO UPDATE SET object = excluded.object, last_seen_at = excluded.last_seen_at,
                        picture = excluded.picture, mask = excluded.mask
                    """,
                arguments: [
                    record.object.id.rawValue, record.object.camera.rawValue, try RowJSON.text(record.object),
                    UTCText.string(record.createdAt), record.createdBy, record.lastSeenAt.map(UTCText.string),
                    record.picture, try record.mask.map { try RowJSON.text($0) },
                ])
        }
    }

    /// All that is followed, oldest first.
    public func follows() throws -> [FollowRecord] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM followed_objects ORDER BY id").map { row in
                FollowRecord(
                    object: try RowJSON.value(row["object"]), createdAt: try row.date("created_at"),
                    createdBy: row["created_by"], lastSeenAt: try row.optionalDate("last_seen_at"),
                    picture: row["picture"], mask: try (row["mask"] as String?).map { try RowJSON.value($0) })
            }
        }
    }

    /// - Returns: False when it was not there.
    public func removeFollow(_ id: FollowedObjectID) throws -> Bool {
        try write { db in
            try db.execute(sql: "DELETE FROM followed_objects WHERE id = ?", arguments: [id.rawValue])
            return db.changesCount == 1
        }
    }
}
