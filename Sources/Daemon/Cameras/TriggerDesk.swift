import Domain

/// Takes triggers from people and other systems to the camera that they are about.
struct TriggerDesk: IncidentTrigger {
    private let cameras: CameraFleet

    init(_ cameras: CameraFleet) { self.cameras = cameras }

    func trigger(
        camera id: CameraID, kind: IncidentKind, severity: Severity, reason: String, by: String
    ) async throws -> IncidentID {
        guard let camera = cameras[id] else { throw IncidentTriggerError.unknownCamera(id) }
        return try await camera.trigger(kind: kind, severity: severity, reason: reason, by: by)
    }
}
