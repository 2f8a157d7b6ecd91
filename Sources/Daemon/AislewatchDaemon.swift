import Alerts
import Domain
import Foundation
import Logging
import Recording
import ServiceLifecycle
import Settings
import Storage
import Vision
import Web

/// The daemon: puts the rooms together, and runs until it is told to stop.
public struct AislewatchDaemon: Sendable {
    public static let version = "0.1.0"

    private let configuration: AislewatchConfiguration
    private let environment: [String: String]
    private let clock: any WallClock
    private let logger: Logger
    private let onListening: @Sendable (Int) -> Void

    /// Clips are closed within this time after SIGTERM; then the process ends anyhow.
    static let shutdownSeconds: Int64 = 5

    /// - Parameters:
    ///   - environment: Of the process: where models lie, and what the service manager says.
    ///   - onListening: Told the web part's port once it takes requests.
    public init(
        configuration: AislewatchConfiguration, environment: [String: String], clock: any WallClock = SystemClock(),
        logger: Logger, onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.environment = environment
        self.clock = clock
        self.logger = logger
        self.onListening = onListening
    }

    /// Starts everything and returns after SIGTERM, SIGINT or the cancellation of the task, when all clips are closed.
    /// - Throws: What keeps it from starting; each error is one line that says what to do.
    public func run() async throws {
        for warning in configuration.warnings { logger.warning("\(warning)") }
        try ClipFolder.checkWritable(configuration.recording.directory)
        let store = try Store(path: configuration.storage.database.path, clock: clock)
        try ClipSalvager(root: configuration.recording.directory, store: store, logger: logger).salvageAll()
        let family = try await loadFamily()

        let channels = AlertChannels(configuration.alerts)
        let announcer = IncidentAnnouncer(
            store: store, router: channels.router, publicBaseURL: configuration.alerts.publicBaseURL,
            timeZone: configuration.site.timeZone, cameraNames: cameraNames,
            linkLifetimeSeconds: Double(configuration.alerts.linkDays) * 86_400, clock: clock)
        let rooms = CameraRooms(
            configuration: configuration, store: store, announcer: announcer, family: family, ids: MonotonicID(),
            clock: clock, logger: logger)
        let cameras = configuration.cameras.map { CameraSupervisor($0, rooms: rooms) }

        // Ended in reverse order: the cameras first, so that their last incidents still reach the outbox.
        var services: [any Service] = [
            OutboxService(
                worker: OutboxWorker(store: store, channels: channels.channels, clock: clock, logger: logger)),
            webServer(store: store, announcer: announcer, cameras: cameras),
            ProgressService(
                notifier: ServiceNotifier(environment: environment), cameras: cameras, clock: clock, logger: logger),
        ]
        services += cameras
        var group = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(Self.shutdownSeconds)
        logger.notice(
            "watching \(cameras.count) camera\(cameras.count == 1 ? "" : "s"); clips in \(configuration.recording.directory.path)"
        )
        try await ServiceGroup(configuration: group).run()
    }

    private var cameraNames: [CameraID: String] {
        Dictionary(configuration.cameras.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
    }

    private func loadFamily() async throws -> any SegmentationFamily {
        let model = configuration.model
        switch model.family {
        case .compact:
            let folder =
                try model.directory ?? ModelLocator.directory(of: model.family.rawValue, environment: environment)
            let inference = try InferenceService(device: model.device.rawValue, clock: clock)
            return try await CompactFamily(directory: folder, inference: inference)
        }
    }

    private func webServer(store: Store, announcer: IncidentAnnouncer, cameras: [CameraSupervisor]) -> WebServer {
        let names = cameraNames
        let started = clock.monotonicSeconds()
        let clock = clock
        return WebServer(
            host: configuration.web.host, port: configuration.web.port, pages: store,
            clips: ClipFiles(root: configuration.recording.directory),
            settings: PageSettings(
                siteName: configuration.site.name, timeZone: configuration.site.timeZone,
                cameraName: { names[$0] ?? $0.rawValue }, text: { announcer.text($0) }),
            clock: clock, logger: logger,
            health: {
                let online = cameras.count { $0.isOnline }
                let isStalled = cameras.contains { $0.stall != nil }
                return HealthReport(
                    status: isStalled ? .failed : online < cameras.count ? .degraded : .ok, version: Self.version,
                    uptimeSeconds: Int(clock.monotonicSeconds() - started), camerasOnline: online,
                    camerasConfigured: cameras.count)
            },
            onListening: onListening)
    }
}
