public import Domain

/// What other systems may ask of a camera by way of the broker.
public protocol CameraCommands: Sendable {
    /// Whether incidents of the camera are kept and told now.
    func isEnabled(_ camera: CameraID) async -> Bool
    /// Switches the camera's incidents on or off; off ends by itself after some hours.
    func setEnabled(_ camera: CameraID, _ isEnabled: Bool) async throws
    /// Records now.
    func trigger(_ camera: CameraID, reason: String) async throws
}
