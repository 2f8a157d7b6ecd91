import Domain

extension CameraSupervisor {
    /// What the watchdog is shown.
    var look: Watchdog.CameraLook {
        let statistics = statistics
        return Watchdog.CameraLook(
            camera: id, isOnline: isOnline, lastPacketAt: lastPacketAt, pictureChangedAt: pictureChange.changedAt,
            analysedFrames: statistics?.analysedFrames ?? 0, skippedFrames: statistics?.skippedFrames ?? 0)
    }
}
