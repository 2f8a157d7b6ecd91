import Camera
import Domain
import Logging
import ServiceLifecycle

/// Reports to the service manager how the daemon is doing. A ping goes out only while every camera's loops get on, so a process
/// that hangs is restarted.
struct ProgressService: Service {
    let notifier: ServiceNotifier
    let fleet: CameraFleet
    let clock: any WallClock
    let logger: Logger

    /// How often to look when the service manager doesn't watch; its own wish is halved (sd_watchdog_enabled(3)).
    private static let checkSeconds = 10.0

    func run() async throws {
        notifier.ready(status: status)
        let interval = min(Self.checkSeconds, (notifier.watchdogSeconds ?? .infinity) / 2)
        await cancelWhenGracefulShutdown {
            var reported: Set<CameraID> = []
            while !Task.isCancelled {
                let stalls = fleet.members.compactMap { camera in camera.stall.map { (camera.id, $0) } }
                if stalls.isEmpty {
                    notifier.ping()
                    reported = []
                }
                for (camera, stall) in stalls where reported.insert(camera).inserted {
                    logger.critical("\(stall); the service manager gets no sign of life until it goes on")
                }
                notifier.status(stalls.first?.1 ?? status)
                guard (try? await clock.sleep(seconds: interval)) != nil else { return }
            }
        }
        notifier.stopping(status: "closing clips")
    }

    private var status: String {
        let cameras = fleet.members
        return "\(cameras.count { $0.isOnline }) of \(cameras.count) cameras online"
    }
}
