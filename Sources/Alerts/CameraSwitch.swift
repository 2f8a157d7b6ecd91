import Domain
import Foundation
import Storage

/// What the broker may ask of a camera: off is a maintenance that ends by itself.
struct CameraSwitch: CameraCommands {
    let store: Store
    let trigger: any IncidentTrigger
    let clock: any WallClock

    /// Somebody who forgets to switch a camera on again must not leave it off for ever.
    static let offSeconds = 12.0 * 3600
    static let name = "mqtt"

    func isEnabled(_ camera: CameraID) async -> Bool {
        let now = clock.now()
        let snoozes = try? await store.perform { try $0.snoozes(at: now) }
        return !(snoozes ?? []).contains {
            $0.mode == .maintenance && $0.zone == nil && $0.kind == nil && ($0.camera ?? camera) == camera
        }
    }

    func setEnabled(_ camera: CameraID, _ isEnabled: Bool) async throws {
        let now = clock.now()
        try await store.perform { store in
            let own = try store.snoozes(at: now).filter {
                $0.mode == .maintenance && $0.camera == camera && $0.zone == nil && $0.kind == nil
            }
            if isEnabled {
                for snooze in own { try store.endSnooze(snooze.id, at: now) }
            } else if own.isEmpty {
                try store.add(
                    Snooze(
                        camera: camera, mode: .maintenance, from: now, until: now + Self.offSeconds, by: Self.name))
            }
        }
    }

    func trigger(_ camera: CameraID, reason: String) async throws {
        _ = try await trigger.trigger(camera: camera, reason: reason, by: Self.name)
    }
}
