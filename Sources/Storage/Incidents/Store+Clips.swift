public import Domain
public import Foundation
internal import GRDB

extension StoreAccess {
    /// Adds a clip and the incidents that it shows, in one transaction. The incidents must have been committed before.
    public func insert(_ clip: Clip, incidents: [IncidentID]) throws {
        try write { db in
            try db.execute(
                sql: """
                    INSERT INTO clips (id, camera, state, path, start_date, start_epoch, start_pts90k,
                        duration_seconds, pre_roll_seconds, bytes, sha256)
                    VALUES (:id, :camera, :state, :path, :start_date, :start_epoch, :start_pts90k,
                        :duration_seconds, :pre_roll_seconds, :bytes, :sha256)
                    """,
                arguments: ClipRow.arguments(clip))
            for incident in incidents { try connect(clip.id, incident, db) }
        }
    }

    /// Notes that the clip shows this incident too; once is enough.
    public func link(clip: ClipID, incident: IncidentID) throws {
        try write { db in try connect(clip, incident, db) }
    }

    /// Writes all that may change about a clip: state, start, length, pre-roll, size and hash.
    /// - Throws: ``StorageError/notFound(what:)`` when it is not there.
    public func update(_ clip: Clip) throws {
        try write { db in
            try db.execute(
                sql: """
                    UPDATE clips SET camera = :camera, state = :state, path = :path, start_date = :start_date,
                        start_epoch = :start_epoch, start_pts90k = :start_pts90k, duration_seconds = :duration_seconds,
                        pre_roll_seconds = :pre_roll_seconds, bytes = :bytes, sha256 = :sha256
                    WHERE id = :id
                    """,
                arguments: ClipRow.arguments(clip))
            guard db.changesCount == 1 else { throw StorageError.notFound(what: "clip \(clip.id)") }
        }
        if clip.state != .recording { signal(.outcomes) }
    }

    /// Marks a recording clip as whole.
    /// - Parameter sha256: Of the video file, in lower-case hex.
    /// - Throws: ``StorageError/notFound(what:)`` when no such clip is being recorded.
    public func finish(_ clip: ClipID, durationSeconds: Double, bytes: Int64, sha256: String) throws {
        try write { db in
            try db.execute(
                sql: """
                    UPDATE clips SET state = 'finished', duration_seconds = ?, bytes = ?, sha256 = ?
                    WHERE id = ? AND state = 'recording'
                    """,
                arguments: [durationSeconds, bytes, sha256, clip.rawValue])
            guard db.changesCount == 1 else { throw StorageError.notFound(what: "clip \(clip) being recorded") }
        }
        signal(.outcomes)
    }

    /// Marks a clip for deletion, before its files go.
    public func markTombstone(_ clip: ClipID) throws {
        try write { db in
            try db.execute(sql: "UPDATE clips SET state = 'tombstone' WHERE id = ?", arguments: [clip.rawValue])
            guard db.changesCount == 1 else { throw StorageError.notFound(what: "clip \(clip)") }
        }
    }

    /// Removes the row of a tombstone, after its files have gone.
    public func removeTombstone(_ clip: ClipID) throws {
        try write { db in
            try db.execute(sql: "DELETE FROM clips WHERE id = ? AND state = 'tombstone'", arguments: [clip.rawValue])
        }
    }

    /// - Returns: nil when there is no such clip.
    public func clip(_ id: ClipID) throws -> Clip? {
        try clips("WHERE id = ?", [id.rawValue]).first
    }

    /// Clips of which the end was never written, oldest first: being recorded now, or left so by a crash.
    public func unfinishedClips() throws -> [Clip] { try clips(in: .recording) }

    /// Clips in a state, oldest first.
    public func clips(in state: Clip.State) throws -> [Clip] {
        try clips("WHERE state = ? ORDER BY id", [state.rawValue])
    }

    /// The clips that show an incident, oldest first; tombstones are left out.
    public func clips(of incident: IncidentID) throws -> [Clip] {
        try clips(
            """
            JOIN clip_incidents ON clip_incidents.clip_id = clips.id
            WHERE clip_incidents.incident_id = ? AND clips.state <> 'tombstone' ORDER BY clips.id
            """,
            [incident.rawValue])
    }

    /// The clips of several incidents at once, for lists; an incident that no clip shows is missing.
    public func clips(of incidents: [IncidentID]) throws -> [IncidentID: [Clip]] {
        try read { db in try Self.clips(of: incidents, db) }
    }

    static func clips(of incidents: [IncidentID], _ db: Database) throws -> [IncidentID: [Clip]] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT clip_incidents.incident_id AS shown, clips.* FROM clip_incidents
                JOIN clips ON clips.id = clip_incidents.clip_id
                WHERE clip_incidents.incident_id IN (SELECT value FROM json_each(?)) AND clips.state <> 'tombstone'
                ORDER BY clips.id
                """,
            arguments: [try RowJSON.text(incidents.map(\.rawValue))])
        return try rows.reduce(into: [:]) { result, row in
            result[IncidentID(rawValue: row["shown"]), default: []].append(try ClipRow.clip(row))
        }
    }

    /// The incidents that a clip shows, oldest first.
    public func incidents(of clip: ClipID) throws -> [Incident] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT incidents.* FROM incidents
                    JOIN clip_incidents ON clip_incidents.incident_id = incidents.id
                    WHERE clip_incidents.clip_id = ? ORDER BY incidents.id
                    """,
                arguments: [clip.rawValue]
            ).map(IncidentRow.incident)
        }
    }

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

    private func clips(_ condition: String, _ arguments: StatementArguments) throws -> [Clip] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT clips.* FROM clips \(condition)", arguments: arguments).map(ClipRow.clip)
        }
    }

    private func connect(_ clip: ClipID, _ incident: IncidentID, _ db: Database) throws {
        try db.execute(
            sql: "INSERT INTO clip_incidents (clip_id, incident_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
            arguments: [clip.rawValue, incident.rawValue])
    }
}

/// Between ``Clip`` and its row.
enum ClipRow {
    static func arguments(_ clip: Clip) -> StatementArguments {
        [
            "id": clip.id.rawValue, "camera": clip.camera.rawValue, "state": clip.state.rawValue, "path": clip.path,
            "start_date": UTCText.string(clip.startDate), "start_epoch": clip.start.epoch,
            "start_pts90k": clip.start.pts90k, "duration_seconds": clip.durationSeconds,
            "pre_roll_seconds": clip.preRollSeconds, "bytes": clip.bytes, "sha256": clip.sha256,
        ]
    }

    static func clip(_ row: Row) throws -> Clip {
        guard let camera = CameraID(rawValue: row["camera"]), let state = Clip.State(rawValue: row["state"]) else {
            throw StorageError.damaged(reason: "a clip's camera or state is unknown")
        }
        return Clip(
            id: ClipID(rawValue: row["id"]), camera: camera, state: state, path: row["path"],
            startDate: try row.date("start_date"),
            start: MediaTime(epoch: row["start_epoch"], pts90k: row["start_pts90k"]),
            durationSeconds: row["duration_seconds"], preRollSeconds: row["pre_roll_seconds"], bytes: row["bytes"],
            sha256: row["sha256"])
    }
}
