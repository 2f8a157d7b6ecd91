public import Alerts
public import Domain
public import Foundation
public import Logging
public import Storage

/// Has a model look at incidents before or after people are alerted. Without a hold the alert is sent at once and the
/// description follows; with a hold the message waits for the answer, for a bounded time. Whatever fails, people are alerted.
///
/// Every step of an incident is written in turn, so that no older state is written over a newer one.
public actor VerificationService {
    public typealias Frames = @Sendable () async throws -> [Data]

    /// How far an incident has come whose message waits, or waited, for an answer.
    private enum State {
        /// The answer is awaited; the database has the incident as a candidate.
        case asked
        /// The answer is there, or is no longer awaited: people are to be alerted.
        case due(VerificationAnswer?)
        /// The alert is planned. Remembered until the incident's end, so that its later steps keep what the answer changed.
        case announced(VerificationAnswer?)
    }

    private struct Held {
        var state = State.asked
        /// The incident's latest step.
        var latest: IncidentEvent
        /// Whether no further steps will follow, since the run that saw the incident is over.
        var isForgotten = false
        /// Whether the incident's end was taken: a step that was refused is brought again.
        var isEndTaken = false
        var isAnswerKept = false
        var deadline: Task<Void, Never>?
        /// Alerts people, once the answer is no longer awaited.
        var settling: Task<Void, Never>?
        var question: Task<VerificationAnswer?, Never>?

        /// Whether something about the incident is still to be written.
        var isPending: Bool {
            switch state {
            case .asked: return false
            case .due: return true
            case .announced(let answer): return isEndTaken || isForgotten || (answer != nil && !isAnswerKept)
            }
        }
    }

    private nonisolated let settings: VerificationSettings
    private let client: VerificationClient
    private let store: any VerificationStore
    private let clock: any WallClock
    private let logger: Logger
    private var held: [IncidentID: Held] = [:]
    private var questions = 0
    /// Incidents of which a step is being written, with the steps that wait for their turn.
    private var turns: [IncidentID: [CheckedContinuation<Void, Never>]] = [:]
    /// Whether incidents that an earlier run left waiting could not be read yet.
    private var hasUnreadIncidents = false
    private var retry: Task<Void, Never>?

    /// Questions at the same time; incidents beyond are announced without an answer.
    private static let maxQuestions = 4
    private static let retrySeconds = 2.0

    public init(
        _ settings: VerificationSettings, store: any VerificationStore, clock: any WallClock,
        logger: Logger = Logger(label: "aislewatch.verification")
    ) {
        self.settings = settings
        client = VerificationClient(settings: settings, clock: clock)
        self.store = store
        self.clock = clock
        self.logger = logger
    }

    /// Whether this incident is verified: nobody needs to know more of a silent one.
    public nonisolated func wants(_ incident: Incident) -> Bool {
        incident.alerting != .silent && incident.kind != .manual
            && (settings.kinds.isEmpty || incident.kinds.contains(where: settings.kinds.contains))
    }

    /// How many incidents are kept in memory.
    var remembered: Int { held.count }

    /// Returns when all that had to be tried again is written.
    func waitForRetries() async { await retry?.value }

    // MARK: - Steps of incidents

    /// Writes an incident's step; the alert is planned now, or after the answer.
    /// - Throws: What the database throws; the step is to be brought again, before the incident's later steps.
    public func take(_ event: IncidentEvent) async throws -> CommitResult {
        let id = event.incident.id
        await begin(id)
        defer { end(id) }
        if held[id] == nil, case .new(let incident) = event, settings.holdSeconds != nil, wants(incident) {
            hold(event)
        }
        guard let state = held[id]?.state else { return try await store.announce(event) }
        held[id]?.latest = event
        if case .end = event { held[id]?.isEndTaken = true }
        do {
            switch (state, event) {
            case (.asked, _): return try await store.keep(Self.suspended(event))
            case (.due, _), (.announced, .end): return try await settle(id)
            case (.announced(let answer), _): return try await store.announce(Self.changed(event, by: answer))
            }
        } catch {
            held[id]?.isEndTaken = false
            throw error
        }
    }

    /// Asks about an incident that was taken. Returns when the answer is there or is no longer awaited.
    public func look(at incident: Incident, frames: @escaping Frames) async {
        let id = incident.id
        var answer: VerificationAnswer?
        if questions < Self.maxQuestions {
            questions += 1
            let question = Task { await ask(incident, frames) }
            held[id]?.question = question
            answer = await question.value
            questions -= 1
        } else {
            logger.warning("\(incident.camera): too many questions at once; incident \(id) is not verified")
        }
        if held[id] != nil {
            await release(id, answer)
        } else if let answer {
            await describe(incident, answer)
        }
    }

    /// Alerts people of incidents that an earlier run left waiting.
    public func releaseForgotten() async {
        do {
            for incident in try await store.waiting() where held[incident.id] == nil {
                held[incident.id] = Held(
                    state: .due(incident.verification), latest: .new(incident), isForgotten: true,
                    isAnswerKept: incident.verification != nil)
                await settleOrRetry(incident.id)
            }
            hasUnreadIncidents = false
        } catch {
            logger.error("incidents that waited for an answer could not be read: \(error); it is tried again")
            hasUnreadIncidents = true
            retryLater()
        }
    }

    /// The camera is closed: its incidents wait no longer.
    public func close(_ camera: CameraID) async {
        let ids = held.filter { $0.value.latest.incident.camera == camera }.keys.sorted { $0.rawValue < $1.rawValue }
        for id in ids {
            held[id]?.isForgotten = true
            await release(id, nil)
            if held[id]?.isPending == true { await settleOrRetry(id) }
        }
    }

    // MARK: - Holding and telling

    private func hold(_ event: IncidentEvent) {
        guard let seconds = settings.holdSeconds else { return }
        let id = event.incident.id
        var entry = Held(latest: event)
        // Counts from here, so that people are alerted even if nobody ever looks.
        entry.deadline = Task { [clock] in
            guard (try? await clock.sleep(seconds: seconds)) != nil else { return }
            await expire(id)
        }
        held[id] = entry
    }

    private func expire(_ id: IncidentID) async {
        // It must not cancel itself.
        held[id]?.deadline = nil
        await release(id, nil)
    }

    /// - Parameter answer: nil when there is none.
    private func release(_ id: IncidentID, _ answer: VerificationAnswer?) async {
        guard let entry = held[id] else { return }
        guard case .asked = entry.state else {
            await entry.settling?.value
            return
        }
        // A task of its own: whoever called may be cancelled, and people are alerted all the same.
        let settling = Task { await settleOrRetry(id) }
        held[id]?.state = .due(answer)
        held[id]?.settling = settling
        entry.deadline?.cancel()
        entry.question?.cancel()
        await settling.value
    }

    private func settleOrRetry(_ id: IncidentID) async {
        await begin(id)
        defer { end(id) }
        guard let entry = held[id] else { return }
        let incident = entry.latest.incident
        do {
            _ = try await settle(id)
        } catch let error as StorageError where error.isForGood {
            logger.critical("\(incident.camera): incident \(id) can't be written: \(error)")
            held[id] = nil
        } catch {
            logger.error("\(incident.camera): incident \(id): \(error); it is tried again")
            retryLater()
        }
    }

    /// Writes what is still to be written about an incident whose answer is no longer awaited. In its turn.
    private func settle(_ id: IncidentID) async throws -> CommitResult {
        var result = CommitResult(newAlerts: [], isNewIncident: false)
        guard let entry = held[id] else { return result }
        var answer: VerificationAnswer?
        switch entry.state {
        case .asked: return result
        case .due(let given):
            answer = given
            result = try await store.announce(.new(Self.changed(entry.latest.incident, by: given)))
            held[id]?.state = .announced(given)
        case .announced(let given): answer = given
        }
        if let answer, !entry.isAnswerKept {
            _ = try await store.keep(answer, of: id)
            held[id]?.isAnswerKept = true
        }
        if entry.isEndTaken {
            let end = try await store.announce(.end(Self.changed(entry.latest.incident, by: answer)))
            result = CommitResult(newAlerts: result.newAlerts + end.newAlerts, isNewIncident: result.isNewIncident)
            held[id] = nil
        } else if entry.isForgotten {
            held[id] = nil
        }
        return result
    }

    /// Adds the answer to an incident whose alert was planned already.
    private func describe(_ incident: Incident, _ answer: VerificationAnswer) async {
        await begin(incident.id)
        defer { end(incident.id) }
        do {
            guard let now = try await store.keep(answer, of: incident.id) else { return }
            _ = try await store.announce(.update(now))
        } catch {
            logger.error("\(incident.camera): the description of \(incident.id) could not be kept: \(error)")
        }
    }

    private func ask(_ incident: Incident, _ frames: @escaping Frames) async -> VerificationAnswer? {
        do {
            return try await client.ask(incident, frames: try await frames())
        } catch {
            logger.warning("\(incident.camera): incident \(incident.id) is not verified: \(error)")
            return nil
        }
    }

    // MARK: - Again

    private func retryLater() {
        guard retry == nil else { return }
        retry = Task { [clock] in
            repeat {
                guard (try? await clock.sleep(seconds: Self.retrySeconds)) != nil else { break }
                await retryNow()
            } while hasUnreadIncidents || held.values.contains(where: \.isPending)
            retry = nil
        }
    }

    /// Tries all that is still to be written once more.
    func retryNow() async {
        if hasUnreadIncidents { await releaseForgotten() }
        let pending = held.filter { $0.value.isPending }.keys.sorted { $0.rawValue < $1.rawValue }
        for id in pending { await settleOrRetry(id) }
    }

    // MARK: - One step at a time

    private func begin(_ id: IncidentID) async {
        guard turns[id] != nil else {
            turns[id] = []
            return
        }
        await withCheckedContinuation { turns[id]?.append($0) }
    }

    private func end(_ id: IncidentID) {
        guard let waiting = turns[id], !waiting.isEmpty else {
            turns[id] = nil
            return
        }
        // The turn goes on to the next without becoming free in between.
        turns[id]?.removeFirst().resume()
    }

    // MARK: - What the answer changes

    /// The event as long as nobody is alerted: a candidate.
    private static func suspended(_ event: IncidentEvent) -> IncidentEvent {
        var incident = event.incident
        incident.stage = .candidate
        return replacing(incident, in: event)
    }

    private static func changed(_ event: IncidentEvent, by answer: VerificationAnswer?) -> IncidentEvent {
        replacing(changed(event.incident, by: answer), in: event)
    }

    private static func changed(_ incident: Incident, by answer: VerificationAnswer?) -> Incident {
        var incident = incident
        if incident.stage == .candidate { incident.stage = incident.phase == .ended ? .ended : .confirmed }
        guard let answer else { return incident }
        incident.verification = answer
        incident.severity = max(incident.severity, answer.severity)
        // It is kept and can be looked at; nobody is woken for it.
        if !answer.happened { incident.alerting = .silent }
        return incident
    }

    private static func replacing(_ incident: Incident, in event: IncidentEvent) -> IncidentEvent {
        switch event {
        case .new: .new(incident)
        case .update: .update(incident)
        case .end: .end(incident)
        }
    }
}

extension StorageError {
    /// What breaks the schema's rules would break them again.
    fileprivate var isForGood: Bool {
        if case .refused = self { return true }
        return false
    }
}

/// What verification asks of the database.
public protocol VerificationStore: Sendable {
    /// Writes an incident's step and alerts nobody.
    func keep(_ event: IncidentEvent) async throws -> CommitResult
    /// Writes an incident's step together with the messages about it.
    func announce(_ event: IncidentEvent) async throws -> CommitResult
    /// Writes the model's answer.
    /// - Returns: The incident as it is now; nil when there is none of this id.
    func keep(_ answer: VerificationAnswer, of id: IncidentID) async throws -> Incident?
    /// Incidents of which nobody was alerted yet, oldest first.
    func waiting() async throws -> [Incident]
}

/// The database itself.
public struct StoredVerification: VerificationStore {
    private let store: Store
    private let announcer: @Sendable () -> IncidentAnnouncer

    /// - Parameter announcer: Asked anew each time: routes and texts change with the configuration.
    public init(store: Store, announcer: @escaping @Sendable () -> IncidentAnnouncer) {
        self.store = store
        self.announcer = announcer
    }

    public func keep(_ event: IncidentEvent) async throws -> CommitResult {
        try await store.perform { try $0.commit(event) }
    }

    public func announce(_ event: IncidentEvent) async throws -> CommitResult {
        let announcer = announcer()
        return try await store.perform { _ in try announcer.commit(event) }
    }

    public func keep(_ answer: VerificationAnswer, of id: IncidentID) async throws -> Incident? {
        try await store.perform { try $0.setVerification(answer, of: id) }
    }

    public func waiting() async throws -> [Incident] {
        try await store.perform { try $0.heldIncidents() }
    }
}
