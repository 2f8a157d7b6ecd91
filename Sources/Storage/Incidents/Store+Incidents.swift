public import Domain
internal import GRDB

extension StoreAccess {
    /// Writes an incident and the messages about it in one transaction: both are on the disk, or neither.
    ///
    /// - Parameters:
    ///   - link: Stored when one of the new messages' texts holds its token; see ``makeLink(expiresAt:)``.
    ///   - plan: Decides inside the transaction what to send. At most one message per incident, channel and recipient
    ///     is ever kept; a second one is dropped. When it throws, nothing is written and the error goes on.
    /// - Throws: ``StorageError``, or what `plan` throws.
    @discardableResult
    public func commit(
        _ event: IncidentEvent, link: LinkToken? = nil, plan: (any AlertHistory) throws -> [PlannedAlert] = { _ in [] }
    ) throws -> CommitResult {
        let incident = event.incident
        let result = try write { db in
            let before = try Self.incident(incident.id, db)
            let isNew = before == nil
            try upsert(incident, db)
            let planned = try plan(StoredAlertHistory(db: db, incident: incident.id, previous: before))
            let kept = try link.map { link in
                guard planned.contains(where: { $0.text.contains(link.token) }) else { return false }
                try insert(link, incident: incident.id, db)
                return true
            }
            let messages = try planned.compactMap { alert in
                try insert(alert, about: .incident(incident.id), link: kept == true ? link : nil, db)
            }
            return CommitResult(newAlerts: messages, isNewIncident: isNew)
        }
        if !result.newAlerts.isEmpty { signal(.outbox) }
        return result
    }

    /// The incident of this id, or the one into which it was merged.
    /// - Returns: nil when there is no such incident.
    public func incident(_ id: IncidentID) throws -> Incident? {
        try read { db in try Self.incident(id, db) }
    }

    static func incident(_ id: IncidentID, _ db: Database) throws -> Incident? {
        try Row.fetchOne(
            db,
            sql: """
                SELECT * FROM incidents WHERE id =
                    (SELECT coalesce(merged_into, id) FROM incidents WHERE id = ?)
                """,
            arguments: [id.rawValue]
        ).map(IncidentRow.incident)
    }

    /// The incidents that pass the filter, newest first. One that was merged into another is not listed again.
    public func incidents(_ filter: IncidentFilter = IncidentFilter()) throws -> [Incident] {
        var conditions = ["merged_into IS NULL"]
        var arguments = StatementArguments()
        if let since = filter.since {
            conditions.append("start_date >= ?")
            arguments += [UTCText.string(since)]
        }
        if let until = filter.until {
            conditions.append("start_date < ?")
            arguments += [UTCText.string(until)]
        }
        if let camera = filter.camera {
            conditions.append("camera = ?")
            arguments += [camera.rawValue]
        }
        if let kind = filter.kind {
            conditions.append("EXISTS (SELECT 1 FROM json_each(kinds) WHERE value = ?)")
            arguments += [kind.rawValue]
        }
        let condition = " WHERE " + conditions.joined(separator: " AND ")
        // A negative limit is none.
        arguments += [filter.limit.map { max(0, $0) } ?? -1]
        let sql = "SELECT * FROM incidents\(condition) ORDER BY start_date DESC, id DESC LIMIT ?"
        return try read { db in
            try Row.fetchAll(db, sql: sql, arguments: arguments).map(IncidentRow.incident)
        }
    }

    private func upsert(_ incident: Incident, _ db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO incidents (id, camera, kind, kinds, phase, severity, start_date, end_date, confirmed_date,
                    start_epoch, start_pts90k, end_epoch, end_pts90k, confirmed_epoch, confirmed_pts90k,
                    region_x, region_y, region_width, region_height, frame_width, frame_height, facts, evidence, tracks,
                    stage, rule_name, alerting, quiet_until, aliases, merged_into)
                VALUES (:id, :camera, :kind, :kinds, :phase, :severity, :start_date, :end_date, :confirmed_date,
                    :start_epoch, :start_pts90k, :end_epoch, :end_pts90k, :confirmed_epoch, :confirmed_pts90k,
                    :region_x, :region_y, :region_width, :region_height, :frame_width, :frame_height,
                    :facts, :evidence, :tracks, :stage, :rule_name, :alerting, :quiet_until, :aliases, :merged_into)
                ON CONFLICT (id) DO UPDATE SET camera = excluded.camera, kind = excluded.kind, kinds = excluded.kinds,
                    phase = excluded.phase, severity = excluded.severity, start_date = excluded.start_date,
                    end_date = excluded.end_date, confirmed_date = excluded.confirmed_date,
                    start_epoch = excluded.start_epoch, start_pts90k = excluded.start_pts90k,
                    end_epoch = excluded.end_epoch, end_pts90k = excluded.end_pts90k,
                    confirmed_epoch = excluded.confirmed_epoch, confirmed_pts90k = excluded.confirmed_pts90k,
                    region_x = excluded.region_x, region_y = excluded.region_y, region_width = excluded.region_width,
                    region_height = excluded.region_height, frame_width = excluded.frame_width,
                    frame_height = excluded.frame_height, facts = excluded.facts, evidence = excluded.evidence,
                    tracks = excluded.tracks, rule_name = excluded.rule_name, alerting = excluded.alerting,
                    quiet_until = excluded.quiet_until, aliases = excluded.aliases,
                    merged_into = coalesce(excluded.merged_into, merged_into),
                    stage = CASE stage WHEN 'reviewed' THEN stage ELSE excluded.stage END
                """,
            arguments: try IncidentRow.arguments(incident))
        for alias in incident.aliases { try adopt(alias, into: incident.id, db) }
    }
}
