import Alerts
import Domain
import Foundation
import Logging
import Recording
import ServiceLifecycle
import Settings
import Storage
import Verification
import Vision
import Web

/// The daemon: puts the rooms together, and runs until it is told to stop.
public struct AislewatchDaemon: Sendable {
    public static let version = "0.1.0"

    let configuration: AislewatchConfiguration
    let environment: [String: String]
    let clock: any WallClock
    let logger: Logger
    let warnings: WarningLog
    let configurationFile: URL?
    private let onListening: @Sendable (Int) -> Void

    /// Clips are closed within this time after SIGTERM; then the process ends anyhow.
    static let shutdownSeconds: Int64 = 5

    /// - Parameters:
    ///   - configurationFile: Where the configuration was read from, so that it can be changed from the pages; nil shows
    ///     none.
    ///   - environment: Of the process: where models lie, and what the service manager says.
    ///   - onListening: Told the web part's port once it takes requests.
    public init(
        configuration: AislewatchConfiguration, configurationFile: URL? = nil, environment: [String: String],
        clock: any WallClock = SystemClock(), logger: Logger, onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.environment = environment
        self.clock = clock
        self.configurationFile = configurationFile
        let warnings = WarningLog(clock: clock)
        self.warnings = warnings
        var logger = logger
        logger.handler = WarningTap(logger.handler, log: warnings)
        self.logger = logger
        self.onListening = onListening
    }

    /// Starts everything and returns after SIGTERM, SIGINT or the cancellation of the task, when all clips are closed.
    /// - Throws: What keeps it from starting; each error is one line that says what to do.
    public func run() async throws {
        for warning in configuration.warnings { logger.warning("\(warning)") }
        let notices = NoticeRelay()
        let recording = try await BlockingWork.shared.run { [configuration, clock, logger] in
            try RecordingRooms(configuration, clock: clock, notices: notices, logger: logger)
        }
        let store = recording.store
        let family = try await loadFamily()

        let alerts = try AlertRooms(
            configuration, store: store, clips: recording.folders.files, clock: clock, logger: logger)
        let hub = EventHub()
        notices.connect(alerts.notices)
        try await BlockingWork.shared.run {
            try recording.salvage { incident in try alerts.announcer.commit(.new(incident)) }
        }
        let verification = VerificationSettings(configuration.secondLook).map {
            VerificationService(
                $0, store: StoredVerification(store: store) { alerts.announcer }, clock: clock, logger: logger)
        }
        await verification?.releaseForgotten()
        let rooms = CameraRooms(
            running: RunningConfiguration(configuration), store: store, folders: recording.folders, notices: notices,
            alerts: alerts, verification: verification, family: family, ids: MonotonicID(),
            clock: clock, logger: logger, events: hub, followDesk: FollowDeskHolder())
        let fleet = CameraFleet(rooms)
        let trigger = TriggerDesk(fleet)
        try await BlockingWork.shared.run { try rooms.indexMissing() }
        let status = StatusDesk(cameras: fleet, configuration: configuration, store: store, clock: clock)
        let api = try await webDesks(rooms, cameras: fleet, hub: hub, status: status)

        // Ended in reverse order: the cameras first, so that their last incidents still reach the outbox.
        var services: [any Service] = [
            alerts.delivering(trigger: trigger),
            try webServer(rooms, cameras: fleet, api: api),
            status,
            storageService(recording, fleet),
            ProgressService(
                notifier: ServiceNotifier(environment: environment), fleet: fleet, clock: clock, logger: logger),
            fleet,
        ]
        services += alerts.watching(fleet, trigger: trigger)
        var group = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(Self.shutdownSeconds)
        let count = configuration.cameras.count
        logger.notice(
            "watching \(count) camera\(count == 1 ? "" : "s"); clips in \(configuration.recording.directory.path)"
        )
        try await ServiceGroup(configuration: group).run()
    }

    private func loadFamily() async throws -> any SegmentationFamily {
        let model = configuration.model
        let inference = try InferenceService(
            device: model.device.rawValue, precision: InferencePrecision(model.precision), clock: clock)
        let family = try await ModelRegistry.standard.load(
            model.family, from: model.directory, inference: inference, environment: environment)
        logger.info("network: \(family.name) \(family.details)")
        return family
    }

    private func storageService(_ recording: RecordingRooms, _ fleet: CameraFleet) -> StorageService {
        let policy = RetentionPolicy(configuration.recording.retention)
        let diskGuard = DiskGuard(
            folders: recording.folders, store: recording.store, policy: policy, clock: clock, logger: logger
        ) {
            fleet.cameras.compactMap { camera in camera.openRecorder().map { ($0, camera.priority) } }
        }
        return StorageService(
            folders: recording.folders, diskGuard: diskGuard,
            recorders: { fleet.cameras.compactMap { $0.openRecorder() } }, clock: clock, logger: logger)
    }

    private func webServer(_ rooms: CameraRooms, cameras fleet: CameraFleet, api: APIServices) throws -> WebServer {
        let started = clock.monotonicSeconds()
        let clock = clock
        return try WebServer(
            host: configuration.web.host, port: configuration.web.port, pages: rooms.store,
            clips: rooms.folders.files,
            settings: PageSettings(
                siteName: configuration.site.name, timeZone: configuration.site.timeZone,
                language: configuration.alerts.language.rawValue,
                cameraName: { id in fleet[id]?.camera.name ?? id.rawValue }, text: { rooms.announcer.text($0) }),
            clock: clock, logger: logger, api: api, apiSettings: apiSettings,
            assets: Assets(folder: Assets.folder(environment: environment)), tls: tlsFiles,
            health: {
                let cameras = fleet.cameras
                let online = cameras.count { $0.isOnline }
                let isStalled = cameras.contains { $0.stall != nil }
                return HealthReport(
                    status: isStalled ? .failed : online < cameras.count ? .degraded : .ok, version: Self.version,
                    uptimeSeconds: Int(clock.monotonicSeconds() - started), camerasOnline: online,
                    camerasConfigured: cameras.count)
            },
            onListening: { [onListening, logger, web = configuration.web] port in
                if let path = api.setup.path {
                    let address = web.host.contains(":") ? "[\(web.host)]" : web.host
                    let scheme = web.tlsCertificate == nil ? "http" : "https"
                    logger.notice(
                        "there is no account yet; make the first one at \(scheme)://\(address):\(port)\(path)")
                }
                onListening(port)
            })
    }
}
