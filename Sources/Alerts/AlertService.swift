public import Domain
import Foundation
public import Logging
public import ServiceLifecycle
public import Settings
public import Storage
import Synchronization

/// What tells people, as the configuration has it now: channels, routes and texts change with it, what they stand on stays.
public final class AlertService: Sendable {
    /// As one configuration has it.
    private struct Setup: Sendable {
        let channels: AlertChannels
        let announcer: IncidentAnnouncer
        let operations: OperationsConfiguration
        let playbooks: [Playbook]

        init(_ configuration: AislewatchConfiguration, store: Store, clock: any WallClock, logger: Logger) throws {
            channels = try AlertChannels(configuration, store: store, clock: clock, logger: logger)
            operations = configuration.alerts.operations
            playbooks = configuration.alerts.playbooks
            announcer = IncidentAnnouncer(
                store: store, router: channels.router, publicBaseURL: configuration.alerts.publicBaseURL,
                texts: channels.texts, linkLifetimeSeconds: Double(configuration.alerts.linkDays) * 86_400,
                clock: clock)
        }
    }

    public let notices: NoticeService
    let store: Store
    let clock: any WallClock
    let logger: Logger
    /// An element for each change; for one reader.
    private let changes: AsyncStream<Void>
    private let changed: AsyncStream<Void>.Continuation
    private let setup: Mutex<Setup>

    /// - Throws: What is wrong with the text file.
    public init(
        _ configuration: AislewatchConfiguration, store: Store, clock: any WallClock, logger: Logger
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
    }

    public var channels: AlertChannels { setup.withLock { $0.channels } }
    public var announcer: IncidentAnnouncer { setup.withLock { $0.announcer } }

    /// Where incidents are told to somebody now; programs that follow them are nobody.
    public func destinationsOfPeople() async throws -> [AlertDestination] {
        let people = channels.router.destinations.filter { !$0.followsIncidents }
        return try await store.perform { store in
            try people.filter { destination in
                switch destination.recipients {
                case .named(let recipients): !recipients.isEmpty
                case .devices(let accounts):
                    // Somebody who sees some cameras alone is somebody, too.
                    try !store.pushOwners(among: accounts).isEmpty
                }
            }
        }
    }

    /// What is to be done about an incident; nil where nobody has said.
    public func playbook(for incident: Incident) -> Playbook? {
        setup.withLock { $0.playbooks }.first(for: incident)
    }

    public var operations: OperationsConfiguration { setup.withLock { $0.operations } }

    /// - Throws: What is wrong with the text file; then all stays as it was.
    public func change(to configuration: AislewatchConfiguration) throws {
        let next = try Setup(configuration, store: store, clock: clock, logger: logger)
        notices.change(recipients: next.channels.operations, texts: next.channels.texts)
        setup.withLock { $0 = next }
        changed.yield()
    }

    /// Sends what waits in the outbox and keeps connections. It must outlive the cameras, so that the messages about their
    /// last incidents still leave. It stops at once at shutdown; what could not be sent waits in the database.
    /// - Parameters:
    ///   - trigger: What starts a recording that is asked for through a connection.
    ///   - online: The cameras that send packets.
    ///   - onAnswer: Is told of an incident about which somebody has answered.
    public func delivering(
        pictures: any PictureSource, trigger: any IncidentTrigger, online: @escaping @Sendable () -> Set<CameraID>,
        onAnswer: @escaping @Sendable (IncidentID) -> Void = { _ in }
    ) -> any Service {
        let answers = answers(onAnswer)
        return DeliveryService(
            alerts: self, pictures: pictures,
            commands: CameraSwitch(store: store, trigger: trigger, clock: clock, answers: answers, online: online),
            answers: answers)
    }

    private func answers(_ onAnswer: @escaping @Sendable (IncidentID) -> Void) -> AnswerService {
        AnswerService(
            store: store, clock: clock, texts: { self.channels.texts }, onChange: onAnswer, logger: logger)
    }

    /// A request that a provider makes because somebody has answered.
    /// - Returns: nil where no channel of this name takes such requests.
    public func take(
        _ hook: AnswerHook, channel: String, onAnswer: @escaping @Sendable (IncidentID) -> Void
    ) async -> AnswerHook.Response? {
        let found = channels.channels.first { $0.name == channel } as? any HookedChannel
        return await found?.take(hook, answers(onAnswer))
    }

    fileprivate struct DeliveryService: Service {
        let alerts: AlertService
        let pictures: any PictureSource
        let commands: any CameraCommands
        let answers: AnswerService

        func run() async throws {
            await cancelWhenGracefulShutdown {
                var changes = alerts.changes.makeAsyncIterator()
                while !Task.isCancelled {
                    let channels = alerts.channels
                    await withDiscardingTaskGroup { group in
                        group.addTask { await worker(channels).run() }
                        for channel in channels.connected { group.addTask { await channel.run(commands: commands) } }
                        for channel in channels.answering { group.addTask { await channel.takeAnswers(answers) } }
                        _ = await changes.next()
                        group.cancelAll()
                    }
                }
            }
        }

        private func worker(_ channels: AlertChannels) -> OutboxWorker {
            OutboxWorker(
                store: alerts.store, channels: channels.channels, clock: alerts.clock, texts: channels.texts,
                pictures: pictures, logger: alerts.logger)
        }
    }
}
