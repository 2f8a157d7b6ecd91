import Alerts
import Domain
import Foundation
import Logging
import Recording
import ServiceLifecycle
import Settings
import Storage

/// All that has to do with telling people: put together once, used by cameras, pages and watchdogs.
struct AlertRooms: Sendable {
    let channels: AlertChannels
    let announcer: IncidentAnnouncer
    let notices: NoticeDesk
    let pictures: IncidentPictures
    let maintenance: MaintenanceGate
    private let configuration: AislewatchConfiguration
    private let store: Store
    private let clock: any WallClock
    private let logger: Logger

    init(
        _ configuration: AislewatchConfiguration, store: Store, clips: any ClipSource, clock: any WallClock,
        logger: Logger
    ) throws {
        self.configuration = configuration
        self.store = store
        self.clock = clock
        self.logger = logger
        channels = try AlertChannels(configuration, clock: clock, logger: logger)
        announcer = IncidentAnnouncer(
            store: store, router: channels.router, publicBaseURL: configuration.alerts.publicBaseURL,
            texts: channels.texts, linkLifetimeSeconds: Double(configuration.alerts.linkDays) * 86_400, clock: clock)
        notices = NoticeDesk(
            store: store, recipients: channels.operations, texts: channels.texts, clock: clock, logger: logger)
        pictures = IncidentPictures(
            store: store, clips: clips, clock: clock)
        maintenance = MaintenanceGate(store: store, clock: clock)
    }

    /// Those that must outlive the cameras: what their last incidents have to say still goes out.
    func delivering(trigger: any IncidentTrigger) -> [any Service] {
        let commands = CameraSwitch(store: store, trigger: trigger, clock: clock)
        return [
            OutboxService(
                worker: OutboxWorker(
                    store: store, channels: channels.channels, clock: clock, texts: channels.texts, pictures: pictures,
                    logger: logger))
        ] + channels.brokers.map { BrokerService(broker: $0, commands: commands) }
    }

    /// Those that watch the cameras and the outbox.
    func watching(_ cameras: [CameraSupervisor], trigger: any IncidentTrigger) -> [any Service] {
        let operations = configuration.alerts.operations
        var services: [any Service] = [
            WatchdogService(
                cameras: cameras, store: store, notices: notices, channels: channels, configuration: operations,
                clock: clock, logger: logger),
            RequestService(store: store, trigger: trigger, clock: clock, logger: logger),
        ]
        if let url = operations.heartbeatURL {
            services.append(
                HeartbeatService(
                    heartbeat: Heartbeat(url: url.reveal().absoluteString), seconds: operations.heartbeatSeconds,
                    cameras: cameras, clock: clock, logger: logger))
        }
        return services
    }
}
