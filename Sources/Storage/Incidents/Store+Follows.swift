public import Domain
public import Foundation
internal import GRDB

/// Where a followed object was seen last.
public struct FollowedPlace: Hashable, Sendable {
    public var region: Region
    /// The frame in whose pixels `region` is.
    public var frameSize: FrameSize
    public var seenAt: Date

    public init(region: Region, frameSize: FrameSize, seenAt: Date) {
        self.region = region
        self.frameSize = frameSize
        self.seenAt = seenAt
    }
}

/// Says when a followed object's place is worth a write: each one is waited for until it is on the disk. One that stands
/// still is written six times an hour.
public struct FollowedPlaceSchedule: Sendable {
    /// While it moves.
    public static let movingSeconds = 30.0
    /// While it stands.
    public static let standingSeconds = 600.0
    /// An edge that moves by less than this share of the frame's longer side only trembles.
    public static let movedShare = 0.02

    private var written: (place: FollowedPlace, seconds: Double)?

    public init() {}

    /// - Parameter seconds: Of a monotonic clock.
    /// - Returns: Whether to write the place now; then it counts as written.
    public mutating func mustWrite(_ place: FollowedPlace, at seconds: Double) -> Bool {
        if let written {
            let wait = hasMoved(place, from: written.place) ? Self.movingSeconds : Self.standingSeconds
            guard seconds - written.seconds >= wait else { return false }
        }
        written = (place, seconds)
        return true
    }

    private func hasMoved(_ place: FollowedPlace, from old: FollowedPlace) -> Bool {
        guard place.frameSize == old.frameSize else { return true }
        let most = Self.movedShare * Double(max(place.frameSize.width, place.frameSize.height))
        let (a, b) = (place.region, old.region)
        let shifts = [a.x - b.x, a.y - b.y, a.endX - b.endX, a.endY - b.endY]
        return shifts.contains { Double(abs($0)) > most }
    }
}

extension StoreAccess {
    /// Writes a followed object, new or changed, with its picture: when a person changes something. Its place alone is
    /// written by ``save(_:of:)``.
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
            // It holds all of the place that is known.
            try db.execute(
                sql: "DELETE FROM followed_places WHERE object_id = ?", arguments: [record.object.id.rawValue])
        }
    }

    /// Writes where a followed object is. Does nothing when it is no longer followed.
    public func save(_ place: FollowedPlace, of id: FollowedObjectID) throws {
        try write { db in
            try db.execute(
                sql: """
                    INSERT INTO followed_places (object_id, region, frame_width, frame_height, seen_at)
                    SELECT id, ?, ?, ?, ? FROM followed_objects WHERE id = ?
                    ON CONFLICT (object_id) DO UPDATE SET region = excluded.region, frame_width = excluded.frame_width,
                        frame_height = excluded.frame_height, seen_at = excluded.seen_at
                    """,
                arguments: [
                    try RowJSON.text(place.region), place.frameSize.width, place.frameSize.height,
                    UTCText.string(place.seenAt), id.rawValue,
                ])
        }
    }

    /// All that is followed, oldest first.
    public func follows() throws -> [FollowRecord] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT followed_objects.*, region, frame_width, frame_height, seen_at FROM followed_objects
                    LEFT JOIN followed_places ON followed_places.object_id = followed_objects.id
                    ORDER BY followed_objects.id
                    """
            ).map { row in
                var record = FollowRecord(
                    object: try RowJSON.value(row["object"]), createdAt: try row.date("created_at"),
                    createdBy: row["created_by"], lastSeenAt: try row.optionalDate("last_seen_at"),
                    picture: row["picture"], mask: try (row["mask"] as String?).map { try RowJSON.value($0) })
                if let region: String = row["region"] {
                    record.object.lastRegion = try RowJSON.value(region)
                    record.object.frameSize = FrameSize(width: row["frame_width"], height: row["frame_height"])
                    record.lastSeenAt = try row.date("seen_at")
                }
                return record
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
