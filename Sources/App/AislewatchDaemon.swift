import Alerts
import Camera
import Domain
import Foundation
import Incidents
import Logging
import Recording
import ServiceLifecycle
import Settings
import Storage
import Verification
import Vision
import Web

/// The daemon: puts its parts together, and runs until it is stopped.
public struct AislewatchDaemon: Sendable {
    public static let version = "0.1.0"

    private let configuration: AislewatchConfiguration
    private let environment: [String: String]
    private let clock: any WallClock
    private let logger: Logger
    private let warnings: WarningLog
    private let configurationFile: URL?
    private let onListening: @Sendable (Int) -> Void
    private let onCameras: @Sendable (CameraFleet) -> Void
    private let onStopping: @Sendable () -> Void

    /// Clips are closed within this time after SIGTERM; what takes longer is cancelled.
    public static let shutdownSeconds = 5.0

    /// - Parameters:
    ///   - configurationFile: Where the configuration was read from, so that it can be changed from the pages; nil shows
    ///     none.
    ///   - environment: Of the process: where models lie, and what the service manager says.
    ///   - onListening: Given the web part's port once it takes requests.
    ///   - onCameras: Given the cameras before they are started.
    ///   - onStopping: Called when the daemon begins to stop.
    public init(
        configuration: AislewatchConfiguration, configurationFile: URL? = nil, environment: [String: String],
        clock: any WallClock = SystemClock(), logger: Logger, onListening: @escaping @Sendable (Int) -> Void = { _ in },
        onCameras: @escaping @Sendable (CameraFleet) -> Void = { _ in },
        onStopping: @escaping @Sendable () -> Void = {}
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
        self.onCameras = onCameras
        self.onStopping = onStopping
    }

    /// Starts everything and returns after SIGTERM, SIGINT or the cancellation of the task, when all clips are closed.
    /// - Throws: What keeps it from starting; each error is one line that says what to do.
    public func run() async throws {
        for warning in configuration.warnings { logger.warning("\(warning)") }
        let storage = try await BlockingWork.shared.run { [configuration, clock, logger] in
            try SiteStorage(configuration, clock: clock, logger: logger)
        }
        let inference = try InferenceService(
            device: configuration.model.device.rawValue, precision: InferencePrecision(configuration.model.precision),
            clock: clock)
        // The network's graphs must not be released while a request runs, however this ends.
        do {
            try await watch(storage, inference: inference)
        } catch {
            await inference.shutdown()
            throw error
        }
        await inference.shutdown()
    }

    private func watch(_ storage: SiteStorage, inference: InferenceService) async throws {
        let store = storage.store, alerts = storage.alerts, running = RunningConfiguration(configuration)
        let family = try await loadFamily(inference)
        let hub = EventHub()
        try await BlockingWork.shared.run { try storage.salvage() }
        let verification = VerificationSettings(configuration.verification).map {
            VerificationService(
                $0, store: StoredVerification(store: store) { alerts.announcer }, clock: clock, logger: logger)
        }
        await verification?.releaseForgotten()
        let pictures = IncidentPictures(store: store, clips: storage.folders.files, clock: clock)
        let incidents = SiteIncidents(
            store: store, alerts: alerts, pictures: pictures, verification: verification, running: running)
        try await BlockingWork.shared.run { try incidents.indexMissing() }

        let ids = MonotonicID()
        let targets = TrackedTargets(
            try await store.perform { try $0.follows() }, store: store, clips: storage.folders.files, family: family,
            describer: SiteDescriber { VerificationSettings(running.current.verification) }, events: hub, ids: ids,
            clock: clock, logger: logger)
        let fleet = CameraFleet(
            CameraContext(
                configuration: { running.current }, store: store, folders: storage.folders, family: family,
                retracer: await makeRetracer(family, inference), incidents: incidents, events: hub,
                notices: alerts.notices, ids: ids, clock: clock, logger: logger),
            targets: targets)
        onCameras(fleet)
        let status = StatusService(cameras: fleet, configuration: configuration, store: store, clock: clock)
        let editor = configurationFile.map { configurationEditor($0, running: running, cameras: fleet, alerts: alerts) }
        let api = try await apiServices(
            storage, running: running, cameras: fleet, hub: hub, status: status, editor: editor)

        // Ended in reverse order: the cameras first, so that their last incidents still reach the outbox.
        var services: [any Service] = [
            alerts.delivering(
                pictures: pictures, trigger: fleet,
                online: { Set(fleet.members.filter(\.isOnline).map(\.id)) },
                onAnswer: { hub.publish(.incidentChanged($0)) }),
            try await webServer(storage, cameras: fleet, api: api),
            status,
            clipDiskService(storage, fleet),
            ProgressService(
                notifier: ServiceNotifier(environment: environment), fleet: fleet, clock: clock, logger: logger),
            fleet,
            LoadService(cameras: fleet, clock: clock, logger: logger),
            WatchdogService(alerts: alerts) { fleet.members.map(Watchdog.CameraLook.init) },
            RequestService(store: store, trigger: fleet, clock: clock, logger: logger),
            HeartbeatService(alerts: alerts) { fleet.members.allSatisfy { $0.stall == nil } },
        ]
        if let editor { services.append(ReloadService(editor: editor, logger: logger)) }
        services.append(StopService(cameras: fleet, inference: inference, onStopping: onStopping))
        var group = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(Self.shutdownSeconds)
        let count = configuration.cameras.count
        let watched = count == 0 ? "no camera yet" : "watching \(count) camera\(count == 1 ? "" : "s")"
        logger.notice("\(watched); clips in \(configuration.recording.directory.path)")
        try await ServiceGroup(configuration: group).run()
    }

    private func loadFamily(_ inference: InferenceService) async throws -> any SegmentationFamily {
        let model = configuration.model
        let family = try await ModelRegistry.standard.load(
            model.family, prompts: model.prompts, from: model.directory, inference: inference, environment: environment
        ) { [logger] error in
            logger.warning("\(model.family) answers clicks, since \(model.prompts) can't: \(error)")
        }
        logger.info("network: \(family.name) \(family.details)")
        return family
    }

    /// What follows suspicions back; without the network that knows persons it can't tell them from things.
    private func makeRetracer(_ family: any SegmentationFamily, _ inference: InferenceService) async -> Retracer {
        do {
            let folder = try ModelLocator.directory(of: "person", environment: environment)
            return Retracer(family: family, person: try await PersonGauge(directory: folder, inference: inference))
        } catch {
            logger.warning("persons are not told from things when an incident is proven: \(error)")
            return Retracer(family: family)
        }
    }

    private func clipDiskService(_ storage: SiteStorage, _ fleet: CameraFleet) -> ClipDiskService {
        let policy = RetentionPolicy(configuration.recording.retention)
        let diskGuard = DiskGuard(
            folders: storage.folders, store: storage.store, copies: storage.copies, policy: policy, clock: clock,
            logger: logger
        ) {
            fleet.members.compactMap { camera in camera.openRecorder().map { ($0, camera.priority) } }
        }
        return ClipDiskService(
            folders: storage.folders, diskGuard: diskGuard,
            recorders: { fleet.members.compactMap { $0.openRecorder() } }, clock: clock, logger: logger)
    }

    private func configurationEditor(
        _ file: URL, running: RunningConfiguration, cameras: CameraFleet, alerts: AlertService
    ) -> ConfigurationFile {
        let reload = ConfigurationReload(running, cameras: cameras, alerts: alerts, logger: logger)
        return ConfigurationFile(
            file, environment: environment, known: .program, stateDirectory: configuration.storage.directory,
            started: running.started, clock: clock,
            // Its own texts are a file that only shows its mistakes when it is used.
            check: { _ = try AlertChannels($0) },
            apply: { await reload.apply($0) })
    }

    // MARK: - Web

    /// What the pages and the API work with.
    private func apiServices(
        _ storage: SiteStorage, running: RunningConfiguration, cameras: CameraFleet, hub: EventHub,
        status: StatusService, editor: ConfigurationFile?
    ) async throws -> APIServices {
        warnings.tell { hub.publish(.warning($0)) }
        let store = storage.store, alerts = storage.alerts
        var api = APIServices(store: store, setup: try await SetupLink.make(store: store), hub: hub)
        api.feed = cameras
        api.targets = cameras.targets
        api.trigger = cameras
        let trial = ChannelTrial(store: store, clock: clock) { running.current }
        api.channels = trial
        api.push = {
            let channel = running.current.alerts.channels.lazy.compactMap { channel in
                channel.settings(PushChannel.Settings.self).map { (channel.name, $0) }
            }.first
            return channel.map { name, settings in
                PushOffer(allowsPrivateServers: settings.privateServers) { recipient in
                    do {
                        return TestOutcome(
                            isOK: true, message: try await trial.send(channel: name, recipient: recipient))
                    } catch { return TestOutcome(isOK: false, message: "\(error)") }
                }
            }
        }
        api.streams = StreamTrial(cameras: { running.current.cameras }, clock: clock)
        api.status = { await status.status() }
        api.answerHook = { channel, headers, body in
            let hook = AnswerHook(headers: headers, body: body)
            return await alerts.take(hook, channel: channel) { hub.publish(.incidentChanged($0)) }.map {
                AnswerHookResponse(status: $0.status, contentType: $0.contentType, body: $0.body)
            }
        }
        api.archive = IncidentZip(
            exporter: IncidentExporter(
                files: storage.folders.files, store: store, clock: clock, text: { alerts.announcer.text($0) }),
            logger: logger)
        api.copies = storage.copies
        api.editor = editor
        api.warnings = { [warnings] in warnings.newestFirst }
        api.alertCoverage = { try await alerts.coverage(at: $0) }
        api.version = Self.version
        api.rules = RuleRegistry.standard.descriptions
        api.leastFactor = { evidence, kind in
            RuleRegistry.standard[kind].map { running.current.rules.leastFactor(for: evidence, of: $0) } ?? 0
        }
        api.publicURL = { path in
            running.current.alerts.publicBaseURL.map { base in
                let text = "\(base)"
                return (text.hasSuffix("/") ? String(text.dropLast()) : text) + path
            }
        }
        return api
    }

    private func webServer(
        _ storage: SiteStorage, cameras fleet: CameraFleet, api: APIServices
    ) async throws -> WebServer {
        let alerts = storage.alerts
        let started = clock.monotonicSeconds()
        let clock = clock
        let (assets, tls) = try await BlockingWork.shared.run { [environment, web = configuration.web] in
            let identity: TLSIdentity? =
                if let certificate = web.tlsCertificate, let key = web.tlsKey {
                    try TLSIdentity(certificate: certificate, key: key)
                } else { nil }
            return (Assets(folder: Assets.folder(environment: environment)), identity)
        }
        let language = configuration.alerts.language.rawValue
        // What the program brings along is whole; a language that could not be read would be left out.
        let languages = MessageTemplates.languages.filter { $0 != language }.compactMap { name in
            (try? MessageTemplates(language: name)).map { (name, $0) }
        }
        return WebServer(
            host: configuration.web.host, port: configuration.web.port, pages: storage.store,
            clips: storage.folders.files,
            settings: PageSettings(
                siteName: configuration.site.name, timeZone: configuration.site.timeZone,
                language: language,
                cameraName: { id in fleet[id]?.camera.name ?? id.rawValue }, text: { alerts.announcer.text($0) },
                texts: { incident in
                    Dictionary(languages.map { ($0, alerts.announcer.text(incident, in: $1)) }) { first, _ in first }
                },
                playbook: { alerts.playbook(for: $0) }),
            clock: clock, logger: logger, api: api, apiSettings: apiSettings,
            assets: assets, tls: tls,
            health: {
                let cameras = fleet.members
                let online = cameras.count { $0.isOnline }
                let isStalled = cameras.contains { $0.stall != nil }
                return HealthReport(
                    status: isStalled ? .failed : online < cameras.count ? .degraded : .ok, version: Self.version,
                    uptimeSeconds: Int(clamping: clock.monotonicSeconds() - started), camerasOnline: online,
                    camerasConfigured: cameras.count)
            },
            onListening: { [self] port in
                if let path = api.setup.path {
                    logger.notice("\(firstAccountHint(port: port, path: path))")
                } else if configuration.cameras.isEmpty {
                    logger.notice("add the first camera at \(address(port: port))/#/setup/cameras")
                }
                onListening(port)
            })
    }

    /// Where a browser on this machine finds the pages.
    private func address(port: Int) -> String {
        let web = configuration.web
        // Listening everywhere is no address to connect to.
        let host = ["0.0.0.0": "127.0.0.1", "::": "::1"][web.host] ?? web.host
        let address = host.contains(":") ? "[\(host)]" : host
        return "\(web.tlsCertificate == nil ? "http" : "https")://\(address):\(port)"
    }

    /// Works as it is printed, in a browser and in a shell of this machine.
    private func firstAccountHint(port: Int, path: String) -> String {
        func quoted(_ path: String) -> String { "'" + path.replacingOccurrences(of: "'", with: #"'\''"#) + "'" }
        // A shell does not have what systemd sets.
        let state = environment["STATE_DIRECTORY"].map { "STATE_DIRECTORY=\(quoted($0)) " } ?? ""
        let config = configurationFile.map { " --config \(quoted($0.absoluteURL.path(percentEncoded: false)))" } ?? ""
        return """
            there is no account yet; make the first one at \(address(port: port))\(path), or on this machine by: \
            \(state)aislewatch user add NAME --role admin\(config)
            """
    }

    private var apiSettings: APISettings {
        var settings = APISettings()
        settings.trustedProxies = configuration.web.trustedProxies.compactMap(AddressRange.init)
        settings.signInHeader = configuration.web.signInHeader
        settings.openID = configuration.web.openID.flatMap { openID in
            openID.publicURL.map { url in
                let base = "\(url)".hasSuffix("/") ? String("\(url)".dropLast()) : "\(url)"
                return OpenIDSettings(
                    issuer: openID.issuer, clientID: openID.clientID, clientSecret: openID.clientSecret?.reveal() ?? "",
                    nameClaim: openID.nameClaim, title: openID.title,
                    redirectURL: base + "/api/v1/session/openid/callback")
            }
        }
        settings.secondFactor = SecondFactorDemand(rawValue: configuration.web.secondFactor.rawValue) ?? .optional
        settings.newAccounts = Role(rawValue: configuration.web.newAccounts.rawValue)
        return settings
    }
}

/// Learns first that the daemon is to stop: takes the frames away from all cameras at once, so that each of them ends after
/// the frame it is at, and ends the network's work, so that none waits for its turn.
private struct StopService: Service {
    let cameras: CameraFleet
    let inference: InferenceService
    let onStopping: @Sendable () -> Void

    func run() async throws {
        try? await gracefulShutdown()
        onStopping()
        cameras.stop()
        await inference.shutdown()
    }
}

extension Watchdog.CameraLook {
    init(_ camera: CameraSupervisor) {
        let statistics = camera.statistics
        self.init(
            camera: camera.id, isOnline: camera.isOnline, lastPacketAt: camera.lastPacketAt,
            pictureChangedAt: camera.pictureChangedAt, analysedFrames: statistics?.analysedFrames ?? 0,
            skippedFrames: statistics?.skippedFrames ?? 0)
    }
}

extension AlertService {
    /// Whether there is anybody whom an alert would reach at that time; programs that follow incidents are nobody.
    fileprivate func coverage(at now: Date) async throws -> AlertCoverage {
        let router = channels.router
        let people = try await destinationsOfPeople()
        guard !people.isEmpty else {
            let hasDevices = router.destinations.contains { destination in
                if case .devices = destination.recipients { true } else { false }
            }
            return hasDevices ? .noDevice : .noChannel
        }
        return people.contains { $0.shift?.contains(now, in: router.timeZone) ?? true } ? .covered : .nobodyOnShift
    }
}

extension IncidentPictures: PictureSource {}

extension InferencePrecision {
    init(_ configured: ModelConfiguration.Precision) {
        self =
            switch configured {
            case .auto: .auto
            case .f32: .f32
            case .bf16: .bf16
            }
    }
}
