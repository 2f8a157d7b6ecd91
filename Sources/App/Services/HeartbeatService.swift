import Alerts
import Domain
import Logging
import ServiceLifecycle

/// Tells an outside monitor that this process lives and gets on. When a loop hangs, or the machine or its network is gone,
/// the monitor hears nothing and raises the alarm.
struct HeartbeatService: Service {
    let alerts: AlertRooms
    /// Whether every camera's loops get on.
    let isWell: @Sendable () -> Bool
    let clock: any WallClock
    let logger: Logger

    /// How often to look whether there is somebody to tell by now.
    private static let idleSeconds = 10.0

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var wasHeard = true
            while !Task.isCancelled {
                let operations = alerts.operations
                if let url = operations.heartbeatURL, isWell() {
                    do {
                        try await Heartbeat(url: url.reveal().absoluteString).beat()
                        wasHeard = true
                    } catch {
                        if wasHeard { logger.warning("heartbeat: \(error)") }
                        wasHeard = false
                    }
                }
                let seconds = operations.heartbeatURL == nil ? Self.idleSeconds : operations.heartbeatSeconds
                guard (try? await clock.sleep(seconds: seconds)) != nil else { return }
            }
        }
    }
}
