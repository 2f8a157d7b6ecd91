public import Domain
import Foundation
internal import GRDB

/// What the command line asks of the daemon by way of the database.
public struct DaemonRequest: Hashable, Sendable {
    public enum Name: String, Hashable, Sendable {
        /// A test incident through the whole chain.
        case drill
        /// The outbox was changed: look at it.
        case wake
    }

    public var id: Int64
    public var name: Name
    public var camera: CameraID?
}

extension StoreAccess {
    /// - Returns: The request's number.
    public func request(_ name: DaemonRequest.Name, camera: CameraID? = nil) throws -> Int64 {
        let id = try write { db in
            try db.execute(
                sql: "INSERT INTO daemon_requests (name, camera, requested_at) VALUES (?, ?, ?)",
                arguments: [name.rawValue, camera?.rawValue, UTCText.string(clock.now())])
            return db.lastInsertedRowID
        }
        signal(.requests)
        return id
    }

    /// Those that nobody has taken, oldest first; each is handed out once. What is older than a minute is let pass: whoever
    /// asked has gone.
    public func takeRequests() throws -> [DaemonRequest] {
        // Looked at after every commit of anybody: a read first, so that nothing is written while nobody asks.
        let isEmpty = try read { db in
            try
                !(Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM daemon_requests WHERE taken_at IS NULL)")
                ?? false)
        }
        if isEmpty { return [] }
        let now = clock.now()
        return try write { db in
            let rows = try Row.fetchAll(db, sql: "SELECT * FROM daemon_requests WHERE taken_at IS NULL ORDER BY id")
            try db.execute(
                sql: "UPDATE daemon_requests SET taken_at = ? WHERE taken_at IS NULL",
                arguments: [UTCText.string(now)])
            return try rows.compactMap { row in
                guard let name = DaemonRequest.Name(rawValue: row["name"]),
                    abs(now.timeIntervalSince(try row.date("requested_at"))) < 60
                else { return nil }
                return DaemonRequest(
                    id: row["id"], name: name, camera: (row["camera"] as String?).flatMap(CameraID.init(rawValue:)))
            }
        }
    }

    /// What came of a request: an incident, or why not.
    public func finish(request id: Int64, incident: IncidentID?, error: String? = nil) throws {
        try write { db in
            try db.execute(
                sql: "UPDATE daemon_requests SET incident_id = ?, error = ? WHERE id = ?",
                arguments: [incident?.rawValue, error, id])
        }
        signal(.requests)
    }

    /// - Returns: Whether the daemon has taken the request, and what came of it.
    public func outcome(ofRequest id: Int64) throws -> (isTaken: Bool, incident: IncidentID?, error: String?) {
        try read { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT * FROM daemon_requests WHERE id = ?", arguments: [id])
            else { return (false, nil, nil) }
            return (
                (row["taken_at"] as String?) != nil,
                (row["incident_id"] as String?).map(IncidentID.init(rawValue:)), row["error"]
            )
        }
    }
}
