public import Domain
internal import GRDB

extension StoreAccess {
    /// Whether the clips of an incident are kept whatever retention and a full disk say.
    /// - Throws: ``StorageError/notFound(what:)``.
    public func setProtected(incident id: IncidentID, _ isProtected: Bool) throws {
        try write { db in
            try db.execute(
                sql: "UPDATE incidents SET protected = ? WHERE id = ?", arguments: [isProtected, id.rawValue])
            guard db.changesCount == 1 else { throw StorageError.notFound(what: "incident \(id)") }
        }
    }

    /// False also when there is no such incident.
    public func isProtected(incident id: IncidentID) throws -> Bool {
        try read { db in
            try Bool.fetchOne(db, sql: "SELECT protected FROM incidents WHERE id = ?", arguments: [id.rawValue])
        } ?? false
    }

    /// For the start of the program: what the last run left open is over.
    public func endOpenIncidents() throws {
        try write { db in
            try db.execute(
                sql: """
                    UPDATE incidents SET phase = 'ended',
                        stage = CASE WHEN stage IN ('confirmed', 'growing') THEN 'ended' ELSE stage END
                    WHERE phase = 'ongoing'
                    """)
        }
    }
}
