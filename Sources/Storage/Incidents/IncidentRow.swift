import Domain
import Foundation
internal import GRDB

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
        incident.secondLook = try answer.map { try RowJSON.value($0) }
        return incident
    }
}
