import Alerts
import Camera
import Domain
import Foundation
import Logging
import ServiceLifecycle
import Settings
import Storage
import Synchronization
import Web

/// All that has to do with telling people, used by cameras, pages and watchdogs. Channels, routes and texts change with
/// the configuration; what they stand on stays.
final class AlertRooms: Sendable {
    /// As one configuration has it.
    private struct Setup: Sendable {
        let channels: AlertChannels
        let announcer: IncidentAnnouncer
        let operations: OperationsConfiguration

        init(_ configuration: AislewatchConfiguration, store: Store, clock: any WallClock, logger: Logger) throws {
            channels = try AlertChannels(configuration, clock: clock, logger: logger)
            operations = configuration.alerts.operations
            announcer = IncidentAnnouncer(
                store: store, router: channels.router, publicBaseURL: configuration.alerts.publicBaseURL,
                texts: channels.texts, linkLifetimeSeconds: Double(configuration.alerts.linkDays) * 86_400,
                clock: clock)
        }
    }

    let notices: NoticeService
    let pictures: IncidentPictures
    let maintenance: MaintenanceGate
    /// An element for each change; for one reader.
    let changes: AsyncStream<Void>
    private let changed: AsyncStream<Void>.Continuation
    private let setup: Mutex<Setup>
    private let store: Store
    private let clock: any WallClock
    private let logger: Logger

    init(
        _ configuration: AislewatchConfiguration, store: Store, clips: any ClipSource, clock: any WallClock,
        logger: Logger
    ) throws {
        self.store = store
        self.clock = clock
        self.logger = logger
        let first = try Setup(configuration, store: store, clock: clock, logger: logger)
        setup = Mutex(first)
        (changes, changed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        notices = NoticeService(
            store: store, recipients: first.channels.operations, texts: first.channels.texts, clock: clock,
            logger: logger)
        pictures = IncidentPictures(store: store, clips: clips, clock: clock)
        maintenance = MaintenanceGate(store: store, clock: clock)
    }

    var channels: AlertChannels { setup.withLock { $0.channels } }
    var announcer: IncidentAnnouncer { setup.withLock { $0.announcer } }
    var operations: OperationsConfiguration { setup.withLock { $0.operations } }

    /// Whether there is anybody whom an alert would reach at that time; programs that follow incidents are nobody.
    func coverage(at now: Date) -> AlertCoverage {
        let router = channels.router
        let people = router.destinations.filter { !$0.followsIncidents && !$0.recipients.isEmpty }
        guard !people.isEmpty else { return .noChannel }
        return people.contains { $0.shift?.contains(now, in: router.timeZone) ?? true } ? .covered : .nobodyOnShift
    }

    /// - Throws: What is wrong with the text file; then all stays as it was.
    func change(to configuration: AislewatchConfiguration) throws {
        let next = try Setup(configuration, store: store, clock: clock, logger: logger)
        notices.change(recipients: next.channels.operations, texts: next.channels.texts)
        setup.withLock { $0 = next }
        changed.yield()
    }

    /// Must outlive the cameras: what their last incidents have to say still goes out.
    func delivering(trigger: any IncidentTrigger) -> DeliveryService {
        DeliveryService(
            alerts: self, commands: CameraSwitch(store: store, trigger: trigger, clock: clock), store: store,
            clock: clock, logger: logger)
    }

    /// Those that watch the cameras and the outbox.
    func watching(_ fleet: CameraFleet, trigger: any IncidentTrigger) -> [any Service] {
        [
            WatchdogService(
                looks: { fleet.members.map(Watchdog.CameraLook.init) }, store: store, alerts: self, clock: clock,
                logger: logger),
            RequestService(store: store, trigger: trigger, clock: clock, logger: logger),
            HeartbeatService(
                alerts: self, isWell: { fleet.members.allSatisfy { $0.stall == nil } }, clock: clock, logger: logger),
        ]
    }
}
