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
        let recording = try RecordingRooms(configuration, clock: clock, notices: notices, logger: logger)
        let store = recording.store
        let family = try await loadFamily()

        let alerts = try AlertRooms(
            configuration, store: store, clips: recording.folders.files, clock: clock, logger: logger)
        let hub = EventHub()
        notices.connect(alerts.notices)
        let announcer = alerts.announcer
        try recording.salvage { incident in try announcer.commit(.new(incident)) }
        let secondLook = SecondLookDesk(
            configuration.secondLook, store: store, announcer: announcer, clock: clock, logger: logger)
        await secondLook?.releaseForgotten()
        let rooms = CameraRooms(
            configuration: configuration, store: store, folders: recording.folders, notices: notices,
            announcer: announcer, alerts: alerts, secondLook: secondLook, family: family, ids: MonotonicID(),
            clock: clock, logger: logger, events: hub, followDesk: FollowDeskHolder())
        let cameras = configuration.cameras.map { CameraSupervisor($0, rooms: rooms) }
        let trigger = TriggerDesk(cameras)
        try rooms.indexMissing()
        let status = StatusDesk(cameras: cameras, configuration: configuration, store: store, clock: clock)
        let api = try webDesks(rooms, cameras: cameras, hub: hub, status: status)

        // Ended in reverse order: the cameras first, so that their last incidents still reach the outbox.
        var services: [any Service] = alerts.delivering(trigger: trigger)
        services += [
            try webServer(
                store: store, announcer: announcer, cameras: cameras, api: api, clips: recording.folders.files),
            status,
            storageService(recording, cameras),
            ProgressService(
                notifier: ServiceNotifier(environment: environment), cameras: cameras, clock: clock, logger: logger),
        ]
        services += cameras
        services += alerts.watching(cameras, trigger: trigger)
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

    private func storageService(_ recording: RecordingRooms, _ cameras: [CameraSupervisor]) -> StorageService {
        let policy = RetentionPolicy(configuration.recording.retention)
        let diskGuard = DiskGuard(
            folders: recording.folders, store: recording.store, policy: policy, clock: clock, logger: logger
        ) {
            cameras.compactMap { camera in camera.openRecorder().map { ($0, camera.priority) } }
        }
        return StorageService(
            folders: recording.folders, diskGuard: diskGuard,
            recorders: { cameras.compactMap { $0.openRecorder() } }, clock: clock, logger: logger)
    }

    private func webServer(
        store: Store, announcer: IncidentAnnouncer, cameras: [CameraSupervisor], api: APIServices, clips: ClipFiles
    ) throws -> WebServer {
        let names = cameraNames
        let started = clock.monotonicSeconds()
        let clock = clock
        return try WebServer(
            host: configuration.web.host, port: configuration.web.port, pages: store,
            clips: clips,
            settings: PageSettings(
                siteName: configuration.site.name, timeZone: configuration.site.timeZone,
                cameraName: { names[$0] ?? $0.rawValue }, text: { announcer.text($0) }),
            clock: clock, logger: logger, api: api, apiSettings: apiSettings,
            assets: Assets(folder: Assets.folder(environment: environment)), tls: tlsFiles,
            health: {
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
