import Domain
import Logging
public import ServiceLifecycle

/// An address that an outside monitor listens on (healthchecks.io, Uptime Kuma and the like).
struct Heartbeat: Sendable {
    private let url: String
    private let http: HTTPExchange

    /// - Parameter url: Often a secret; it is never logged.
    init(url: String, timeoutSeconds: Double = 10) {
        self.url = url
        http = HTTPExchange(timeoutSeconds: timeoutSeconds)
    }

    /// Returns when the monitor has heard it.
    func beat() async throws(AlertError) {
        let answer = try await http.get(url, headers: [], maximumBytes: 0)
        guard (200..<300).contains(answer.status) else {
            throw .temporary(reason: "the monitor answers HTTP \(answer.status)")
        }
    }
}

/// Fetches the monitor's address again and again while this process lives and gets on. When a loop hangs, or the machine or
/// its network is gone, the monitor hears nothing and raises the alarm.
public struct HeartbeatService: Service {
    private let alerts: AlertService
    private let isWell: @Sendable () -> Bool

    /// How often to look whether there is an address by now.
    private static let idleSeconds = 10.0

    /// - Parameter isWell: Whether every camera's loops get on.
    public init(alerts: AlertService, isWell: @escaping @Sendable () -> Bool) {
        self.alerts = alerts
        self.isWell = isWell
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var wasHeard = true
            while !Task.isCancelled {
                let operations = alerts.operations
                if let url = operations.heartbeatURL, isWell() {
                    do {
                        try await Heartbeat(url: url.reveal().absoluteString).beat()
                        wasHeard = true
                    } catch {
                        if wasHeard { alerts.logger.warning("heartbeat: \(error)") }
                        wasHeard = false
                    }
                }
                let seconds = operations.heartbeatURL == nil ? Self.idleSeconds : operations.heartbeatSeconds
                guard (try? await alerts.clock.sleep(seconds: seconds)) != nil else { return }
            }
        }
    }
}
