import Alerts
import Domain
import Foundation
import Logging
import SecondLook
import Settings
import Storage

/// Has incidents looked at a second time. With `text-first` people are told at once and the description follows; with
/// `hold` the message waits for the answer, for a bounded time. Whatever goes wrong, people are told.
actor SecondLookDesk {
    typealias Frames = @Sendable () async throws -> [Data]

    nonisolated let verify: SecondLookConfiguration.Verify
    private nonisolated let kinds: Set<IncidentKind>
    private let client: SecondLookClient
    private let holdSeconds: Double
    private let store: Store
    /// Asked anew each time: routes and texts change with the configuration.
    private let announcer: @Sendable () -> IncidentAnnouncer
    private let clock: any WallClock
    private let logger: Logger
    /// Incidents of which nobody was told yet, as they are now.
    private var held: [IncidentID: IncidentEvent] = [:]
    private var asking = 0

    /// Questions at the same time; what comes beyond is announced without a second look.
    private static let maxQuestions = 4

    /// - Returns: nil when the site has not set it up.
    init?(
        _ configuration: SecondLookConfiguration, store: Store,
        announcer: @escaping @autoclosure @Sendable () -> IncidentAnnouncer, clock: any WallClock,
        logger: Logger
    ) {
        guard let baseURL = configuration.baseURL else { return nil }
        verify = configuration.verify
        kinds = Set(configuration.kinds)
        holdSeconds = configuration.holdSeconds
        client = SecondLookClient(
            settings: SecondLookSettings(
                baseURL: baseURL, model: configuration.model, apiKey: configuration.apiKey?.reveal(),
                timeLimitSeconds: configuration.timeLimitSeconds, frames: configuration.frames), clock: clock)
        self.store = store
        self.announcer = announcer
        self.clock = clock
        self.logger = logger
    }

    /// Whether this incident is looked at: nobody needs to be told more of a silent one.
    nonisolated func wants(_ incident: Incident) -> Bool {
        incident.alerting != .silent && incident.kind != .manual
            && (kinds.isEmpty || incident.kinds.contains(where: kinds.contains))
    }

    /// Brings an event into the database, and people to know of it now or after the answer.
    func take(_ event: IncidentEvent) async throws -> CommitResult {
        let announcer = announcer()
        let id = event.incident.id
        if case .new(let incident) = event, verify == .hold, wants(incident) { held[id] = event }
        guard held[id] != nil else {
            return try await store.perform { _ in try announcer.commit(event) }
        }
        if case .new = event {} else { held[id] = event }
        let waiting = Self.suspended(event)
        return try await store.perform { try $0.commit(waiting) }
    }

    /// Asks about an incident that was taken. Returns when the answer is there or is no longer waited for.
    func look(at incident: Incident, frames: @escaping Frames) async {
        let isHeld = held[incident.id] != nil
        var answer: SecondLookAnswer?
        if asking < Self.maxQuestions {
            asking += 1
            answer = await ask(incident, frames, limit: isHeld ? holdSeconds : nil)
            asking -= 1
        } else {
            logger.warning("\(incident.camera): too many second looks at once; incident \(incident.id) gets none")
        }
        if isHeld { await release(incident.id, answer) } else if let answer { await describe(incident, answer) }
    }

    /// Tells people of incidents that a crash left waiting.
    func releaseForgotten() async {
        do {
            let waiting = try await store.perform { try $0.heldIncidents() }
            for incident in waiting where held[incident.id] == nil { await announce(incident) }
        } catch {
            logger.error("incidents that waited for a second look could not be read: \(error)")
        }
    }

    private func ask(_ incident: Incident, _ frames: @escaping Frames, limit: Double?) async -> SecondLookAnswer? {
        let client = client, logger = logger, clock = clock
        return await withTaskGroup(of: SecondLookAnswer?.self) { group in
            group.addTask {
                do {
                    return try await client.ask(incident, frames: try await frames())
                } catch {
                    logger.warning("\(incident.camera): no second look at incident \(incident.id): \(error)")
                    return nil
                }
            }
            if let limit {
                group.addTask {
                    try? await clock.sleep(seconds: limit)
                    return nil
                }
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }

    private func describe(_ incident: Incident, _ answer: SecondLookAnswer) async {
        let announcer = announcer()
        do {
            try await store.perform { store in
                guard let now = try store.setSecondLook(answer, of: incident.id) else { return }
                try announcer.commit(.update(now))
            }
        } catch {
            logger.error("\(incident.camera): the second look at \(incident.id) could not be kept: \(error)")
        }
    }

    private func release(_ id: IncidentID, _ answer: SecondLookAnswer?) async {
        guard let event = held.removeValue(forKey: id) else { return }
        var incident = event.incident
        if let answer {
            incident.secondLook = answer
            incident.severity = max(incident.severity, answer.severity)
            // It is kept and can be looked at; nobody is woken for it.
            if !answer.happened { incident.alerting = .silent }
            do {
                try await store.perform { _ = try $0.setSecondLook(answer, of: id) }
            } catch {
                logger.error("\(incident.camera): the second look at \(id) could not be kept: \(error)")
            }
        }
        await announce(incident)
    }

    private func announce(_ incident: Incident) async {
        var incident = incident
        if incident.stage == .candidate { incident.stage = incident.phase == .ended ? .ended : .confirmed }
        let announcer = announcer(), told = incident
        do {
            _ = try await store.perform { _ in try announcer.commit(.new(told)) }
        } catch {
            logger.error("\(incident.camera): incident \(incident.id) could not be announced: \(error)")
        }
    }

    /// The event as long as nobody is told: a candidate.
    private static func suspended(_ event: IncidentEvent) -> IncidentEvent {
        var incident = event.incident
        incident.stage = .candidate
        return switch event {
        case .new: .new(incident)
        case .update: .update(incident)
        case .end: .end(incident)
        }
    }
}
