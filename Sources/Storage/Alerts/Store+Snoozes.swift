public import Domain
public import Foundation
internal import GRDB

extension StoreAccess {
    /// - Returns: The snooze with its number.
    @discardableResult
    public func add(_ snooze: Snooze) throws -> Snooze {
        defer { signal(.snoozes) }
        return try write { db in
            try db.execute(
                sql: """
                    INSERT INTO snoozes (camera, zone, kind, mode, from_date, until_date, by, reason)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    snooze.camera?.rawValue, snooze.zone, snooze.kind?.rawValue, snooze.mode.rawValue,
                    UTCText.string(snooze.from), UTCText.string(snooze.until), snooze.by, snooze.reason,
                ])
            var snooze = snooze
            snooze.id = db.lastInsertedRowID
            return snooze
        }
    }

    /// Ends a snooze before its time.
    /// - Returns: False when there is none with this number that is still active or to come.
    @discardableResult
    public func endSnooze(_ id: Int64, at date: Date) throws -> Bool {
        defer { signal(.snoozes) }
        return try write { db in
            try db.execute(
                sql: "UPDATE snoozes SET until_date = ?1 WHERE id = ?2 AND until_date > ?1",
                arguments: [UTCText.string(date), id])
            return db.changesCount == 1
        }
    }

    /// Those that are active at `date`, or (with `upcoming`) begin later; the first to end first.
    public func snoozes(at date: Date, upcoming: Bool = false) throws -> [Snooze] {
        try read { db in try Self.snoozes(at: date, upcoming: upcoming, db) }
    }

    static func snoozes(at date: Date, upcoming: Bool, _ db: Database) throws -> [Snooze] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM snoozes WHERE until_date > ?1 AND (?2 OR from_date <= ?1) ORDER BY until_date, id
                """,
            arguments: [UTCText.string(date), upcoming]
        ).compactMap { row in
            guard let mode = Snooze.Mode(rawValue: row["mode"]) else { return nil }
            let camera = row["camera"] as String?, kind = row["kind"] as String?
            // A name that this version doesn't know must not widen into "all".
            if let camera, CameraID(rawValue: camera) == nil { return nil }
            if let kind, IncidentKind(rawValue: kind) == nil { return nil }
            return Snooze(
                id: row["id"], camera: camera.flatMap(CameraID.init(rawValue:)), zone: row["zone"],
                kind: kind.flatMap(IncidentKind.init(rawValue:)), mode: mode, from: try row.date("from_date"),
                until: try row.date("until_date"), by: row["by"], reason: row["reason"])
        }
    }
}
