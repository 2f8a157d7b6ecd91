import Settings
import Synchronization

/// The configuration that holds now. Pages change it while the daemon runs.
final class RunningConfiguration: Sendable {
    private let held: Mutex<AislewatchConfiguration>
    /// What the daemon was started with: some sections of it hold until it ends.
    let started: AislewatchConfiguration

    init(_ configuration: AislewatchConfiguration) {
        started = configuration
        held = Mutex(configuration)
    }

    var current: AislewatchConfiguration { held.withLock { $0 } }

    /// Takes over what can change while the daemon runs; the rest stays as it was at the start.
    /// - Returns: What held before, and what holds now.
    func change(to next: AislewatchConfiguration) -> (before: AislewatchConfiguration, now: AislewatchConfiguration) {
        held.withLock { held in
            let before = held
            held.cameras = next.cameras
            held.rules = next.rules
            held.analysis = next.analysis
            held.alerts = next.alerts
            return (before, held)
        }
    }
}
