public import Domain
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
