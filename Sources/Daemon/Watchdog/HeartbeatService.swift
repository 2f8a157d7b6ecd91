import Alerts
import Domain
import Logging
import ServiceLifecycle

/// Tells an outside monitor that this process lives and gets on. When a loop hangs, or the machine or its network is gone,
/// the monitor hears nothing and raises the alarm.
struct HeartbeatService: Service {
    let heartbeat: Heartbeat
    let seconds: Double
    let cameras: [CameraSupervisor]
    let clock: any WallClock
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var wasHeard = true
            while !Task.isCancelled {
                if cameras.allSatisfy({ $0.stall == nil }) {
                    do {
                        try await heartbeat.beat()
                        wasHeard = true
                    } catch {
                        if wasHeard { logger.warning("heartbeat: \(error)") }
                        wasHeard = false
                    }
                }
                guard (try? await clock.sleep(seconds: seconds)) != nil else { return }
            }
        }
    }
}
