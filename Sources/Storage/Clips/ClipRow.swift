import Domain
internal import GRDB

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
