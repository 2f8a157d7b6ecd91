import Alerts
import Camera
import Domain
import Logging
public import Settings
import Synchronization
import Vision

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

/// Puts a saved configuration into effect: cameras come and go, rules and zones change between two frames, alert channels
/// are made anew. What is recorded goes on.
actor ConfigurationReload {
    private let running: RunningConfiguration
    private let cameras: CameraFleet
    private let alerts: AlertService
    private let logger: Logger
    /// One after the other, in the order in which they were saved.
    private var last: Task<Void, Never>?

    init(_ running: RunningConfiguration, cameras: CameraFleet, alerts: AlertService, logger: Logger) {
        self.running = running
        self.cameras = cameras
        self.alerts = alerts
        self.logger = logger
    }

    /// Returns when it holds.
    func apply(_ configuration: AislewatchConfiguration) async {
        let before = last
        let task = Task {
            await before?.value
            await applyNow(configuration)
        }
        last = task
        await task.value
    }

    private func applyNow(_ configuration: AislewatchConfiguration) async {
        let (before, now) = running.change(to: configuration)
        guard before != now else { return }
        // Texts and brokers name the cameras.
        if before.alerts != now.alerts || before.cameras.map(\.id) != now.cameras.map(\.id)
            || before.cameras.map(\.name) != now.cameras.map(\.name)
        {
            do {
                try alerts.change(to: now)
            } catch {
                logger.error("the alerts stay as they were: \(error)")
            }
        }
        await cameras.change(from: before, to: now)
        logger.notice("a changed configuration is in effect")
    }
}

// MARK: - What this program can be configured to

extension AislewatchConfiguration {
    /// Reads and checks a file by what this program has.
    /// - Throws: All mistakes at once.
    public static func load(
        path: String, environment: [String: String]
    ) throws(ConfigurationErrors) -> AislewatchConfiguration {
        try load(path: path, environment: environment, known: .program)
    }
}

extension AislewatchConfiguration.KnownTypes {
    static let program = Self(channels: ChannelRegistry.standard.types, modelFamilies: ModelRegistry.standard.names)
}
