public import Domain
public import Foundation
internal import GRDB

extension StoreAccess {
    /// Stores a suppression; it holds from its `createdDate` on.
    /// - Returns: the same with its id, for ``removeSuppression(_:by:)``.
    public func addSuppression(_ suppression: Suppression) throws -> Suppression {
        let region = try suppression.region.map { try RowJSON.text($0) }
        var stored = suppression
        stored.id = try write { db in
            try db.execute(
                sql: """
                    INSERT INTO suppressions (camera, kind, rule_name, region, frame_width, frame_height, created_at,
                        until_at, by_whom, incident_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    suppression.camera.rawValue, suppression.kind?.rawValue, suppression.ruleName, region,
                    suppression.frameSize.width, suppression.frameSize.height,
                    UTCText.string(suppression.createdDate), UTCText.string(suppression.untilDate), suppression.by,
                    suppression.incident?.rawValue,
                ])
            return db.lastInsertedRowID
        }
        signal(.suppressions)
        return stored
    }

    /// Takes a suppression back. It stays in the database, as having been removed.
    /// - Returns: false when there is none of this id, or it had been removed before.
    @discardableResult
    public func removeSuppression(_ id: Int64, by: String) throws -> Bool {
        defer { signal(.suppressions) }
        return try write { db in
            try db.execute(
                sql: "UPDATE suppressions SET removed_at = ?, removed_by = ? WHERE id = ? AND removed_at IS NULL",
                arguments: [UTCText.string(clock.now()), by, id])
            return db.changesCount == 1
        }
    }

    /// What is suppressed at a moment, oldest first.
    /// - Parameters:
    ///   - camera: Nil: of every camera.
    ///   - at: Nil: now.
    public func activeSuppressions(camera: CameraID? = nil, at date: Date? = nil) throws -> [Suppression] {
        let moment = UTCText.string(date ?? clock.now())
        var sql = "SELECT * FROM suppressions WHERE removed_at IS NULL AND until_at > ? AND created_at <= ?"
        var arguments: StatementArguments = [moment, moment]
        if let camera {
            sql += " AND camera = ?"
            arguments += [camera.rawValue]
        }
        return try read { db in
            try Row.fetchAll(db, sql: sql + " ORDER BY id", arguments: arguments).map(Self.suppression)
        }
    }

    private static func suppression(_ row: Row) throws -> Suppression {
        guard let camera = CameraID(rawValue: row["camera"]) else {
            throw StorageError.damaged(reason: "a suppression's camera is unknown")
        }
        let kind: String? = row["kind"]
        let region: String? = row["region"]
        let incident: String? = row["incident_id"]
        return Suppression(
            id: row["id"], camera: camera, kind: kind.flatMap(IncidentKind.init), ruleName: row["rule_name"],
            region: try region.map { try RowJSON.value($0) },
            frameSize: FrameSize(width: row["frame_width"], height: row["frame_height"]),
            createdDate: try row.date("created_at"), untilDate: try row.date("until_at"), by: row["by_whom"],
            incident: incident.map { IncidentID(rawValue: $0) })
    }
}
