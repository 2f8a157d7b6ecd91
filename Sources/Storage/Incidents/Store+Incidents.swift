public import Domain
public import Foundation
internal import GRDB

/// What a commit changed.
public struct CommitResult: Hashable, Sendable {
    /// Messages that this commit put into the outbox.
    public var newAlerts: [OutboxMessage]
    /// Whether the incident was not in the database before.
    public var isNewIncident: Bool

    public init(newAlerts: [OutboxMessage], isNewIncident: Bool) {
        self.newAlerts = newAlerts
        self.isNewIncident = isNewIncident
    }
}

extension StoreAccess {
    /// Writes an incident and the messages about it in one transaction: both are on the disk, or neither.
    ///
    /// - Parameters:
    ///   - link: A new one is stored when one of the messages' texts holds its token; see ``makeLink(expiresAt:)``.
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
                if !link.isStored { try insert(link, incident: incident.id, db) }
                return true
            }
            let messages = try planned.compactMap { alert in
                try insert(alert, about: .incident(incident.id), link: kept == true ? link : nil, db)
            }
            return CommitResult(newAlerts: messages, isNewIncident: isNew)
        }
        if !result.newAlerts.isEmpty { signal(.outbox) }
        if result.isNewIncident { store.signal(.incidents) }
        return result
    }

    /// Waits until this process has committed all of the incidents, on the calling thread and for some seconds at most.
    /// - Returns: whether they are there; false also where the database can't be read.
    @discardableResult
    public func waitForCommit(of incidents: [IncidentID], atMostSeconds seconds: Double) -> Bool {
        if isWatched { BlockingWork.assertMayBlock("a wait for incidents") }
        return store.signals.wait(for: .incidents, atMostSeconds: seconds) {
            incidents.allSatisfy { (try? incident($0)) != nil }
        }
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

    /// Keeps verification's answer about an incident. The incident's other facts stay as they are.
    /// - Returns: the incident as it is now; nil when there is none of this id.
    @discardableResult
    public func setVerification(_ answer: VerificationAnswer, of id: IncidentID) throws -> Incident? {
        let json = try RowJSON.text(answer)
        try write { db in
            try db.execute(
                sql: """
                    UPDATE incidents SET second_look = ?
                    WHERE id = (SELECT coalesce(merged_into, id) FROM incidents WHERE id = ?)
                    """, arguments: [json, id.rawValue])
        }
        return try incident(id)
    }

    /// Incidents of which people were not told yet because an answer was waited for; oldest first.
    public func heldIncidents() throws -> [Incident] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM incidents WHERE stage = 'candidate' ORDER BY id")
                .map(IncidentRow.incident)
        }
    }

    /// When incidents of each rule of a camera became alarms since a moment: what a restart must not forget.
    public func alarms(camera: CameraID, since: Date) throws -> [(kind: IncidentKind, ruleName: String?, date: Date)] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM incidents WHERE camera = ? AND alerting = 'alarm' AND confirmed_date >= ?
                    AND start_date >= ? ORDER BY id
                    """,
                // The index is by start; an incident is confirmed within a day of it.
                arguments: [camera.rawValue, UTCText.string(since), UTCText.string(since - 86_400)]
            ).map(IncidentRow.incident).map { ($0.kind, $0.ruleName, $0.confirmedDate) }
        }
    }

    /// The cameras on which an incident goes on that a channel was told of, or will be.
    public func camerasWithIncidents(toldThrough channel: String) throws -> Set<CameraID> {
        try read { db in
            let ids = try String.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT camera FROM incidents
                    WHERE phase = 'ongoing' AND merged_into IS NULL AND EXISTS (
                        SELECT 1 FROM outbox WHERE outbox.incident_id = incidents.id AND outbox.channel = ?)
                    """,
                arguments: [channel])
            return Set(ids.compactMap(CameraID.init(rawValue:)))
        }
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

    /// Makes `alias` lead to `id`, and its clips show that incident too.
    private func adopt(_ alias: IncidentID, into id: IncidentID, _ db: Database) throws {
        guard alias != id else { return }
        try db.execute(
            sql: "UPDATE incidents SET merged_into = ?1 WHERE (id = ?2 OR merged_into = ?2) AND id <> ?1",
            arguments: [id.rawValue, alias.rawValue])
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO clip_incidents (clip_id, incident_id)
                SELECT clip_id, ? FROM clip_incidents WHERE incident_id = ?
                """, arguments: [id.rawValue, alias.rawValue])
    }
}

/// Between ``Incident`` and its row.
enum IncidentRow {
    static func arguments(_ incident: Incident) throws -> StatementArguments {
        [
            "id": incident.id.rawValue, "camera": incident.camera.rawValue, "kind": incident.kind.rawValue,
            "kinds": try RowJSON.text(incident.kinds), "phase": incident.phase.rawValue,
            "severity": incident.severity.rawValue, "start_date": UTCText.string(incident.startDate),
            "end_date": UTCText.string(incident.endDate), "confirmed_date": UTCText.string(incident.confirmedDate),
            "start_epoch": incident.start.epoch, "start_pts90k": incident.start.pts90k,
            "end_epoch": incident.end.epoch, "end_pts90k": incident.end.pts90k,
            "confirmed_epoch": incident.confirmed.epoch, "confirmed_pts90k": incident.confirmed.pts90k,
            "region_x": incident.region.x, "region_y": incident.region.y, "region_width": incident.region.width,
            "region_height": incident.region.height, "frame_width": incident.frameSize.width,
            "frame_height": incident.frameSize.height, "facts": try RowJSON.text(incident.facts),
            "evidence": try RowJSON.text(incident.evidence), "tracks": try RowJSON.text(incident.tracks),
            "stage": incident.stage.rawValue, "rule_name": incident.ruleName,
            "alerting": incident.alerting.rawValue, "quiet_until": incident.quietUntilDate.map(UTCText.string),
            "aliases": try RowJSON.text(incident.aliases), "merged_into": incident.mergedInto?.rawValue,
        ]
    }

    static func incident(_ row: Row) throws -> Incident {
        guard let camera = CameraID(rawValue: row["camera"]), let kind = IncidentKind(rawValue: row["kind"]),
            let phase = Incident.Phase(rawValue: row["phase"]), let severity = Severity(rawValue: row["severity"])
        else { throw StorageError.damaged(reason: "an incident's camera, kind, phase or severity is unknown") }
        var incident = Incident(
            id: IncidentID(rawValue: row["id"]), camera: camera, kind: kind, phase: phase, severity: severity,
            start: MediaTime(epoch: row["start_epoch"], pts90k: row["start_pts90k"]),
            end: MediaTime(epoch: row["end_epoch"], pts90k: row["end_pts90k"]),
            confirmed: MediaTime(epoch: row["confirmed_epoch"], pts90k: row["confirmed_pts90k"]),
            startDate: try row.date("start_date"), endDate: try row.date("end_date"),
            confirmedDate: try row.date("confirmed_date"),
            region: Region(
                x: row["region_x"], y: row["region_y"], width: row["region_width"], height: row["region_height"]),
            frameSize: FrameSize(width: row["frame_width"], height: row["frame_height"]),
            facts: try RowJSON.value(row["facts"]), evidence: try RowJSON.value(row["evidence"]),
            tracks: try RowJSON.value(row["tracks"]))
        incident.kinds = try RowJSON.value(row["kinds"])
        guard let stage = IncidentStage(rawValue: row["stage"]),
            let alerting = IncidentAlerting(rawValue: row["alerting"])
        else { throw StorageError.damaged(reason: "an incident's stage or alerting is unknown") }
        incident.stage = stage
        incident.alerting = alerting
        incident.ruleName = row["rule_name"]
        incident.quietUntilDate = try row.optionalDate("quiet_until")
        incident.mergedInto = (row["merged_into"] as String?).map { IncidentID(rawValue: $0) }
        incident.aliases = try RowJSON.value(row["aliases"])
        let answer: String? = row["second_look"]
        incident.verification = try answer.map { try RowJSON.value($0) }
        return incident
    }
}
