import Domain
import Logging
import Storage

/// Gets one camera's incidents into the database, also when it refuses them for a while (disk full, locked, gone): they are
/// held in memory in their order, tried again until they are in, and a notice is raised.
///
/// One step is written at a time, so the steps of an incident reach the database in the order in which they were taken,
/// whatever overlaps.
actor IncidentLedger {
    private struct Step {
        var event: IncidentEvent
        /// Waits to hear whether the step is in; nil once it has heard that it is held.
        var taker: CheckedContinuation<CommitResult?, Never>?
    }

    private enum State {
        /// Nothing waits.
        case idle
        /// A pass over all that waits is underway.
        case writing(Task<Void, Never>)
        /// The database refused something; another pass follows after a pause.
        case refused(pause: Task<Void, Never>)
    }

    private let camera: CameraID
    private let commit: @Sendable (IncidentEvent) async throws -> CommitResult
    private let clock: any WallClock
    private let notices: any NoticeSink
    private let logger: Logger
    private var state = State.idle
    /// In the order in which they were taken; without the one that is being written.
    private var waiting: [Step] = []
    private var isWriting = false
    /// Whether a notice says that the database refuses.
    private var hasRaised = false
    private var isClosed = false

    private static let retrySeconds = 2.0

    init(
        camera: CameraID, clock: any WallClock, notices: any NoticeSink, logger: Logger,
        commit: @escaping @Sendable (IncidentEvent) async throws -> CommitResult
    ) {
        self.camera = camera
        self.clock = clock
        self.notices = notices
        self.logger = logger
        self.commit = commit
    }

    /// How many steps of incidents only memory holds.
    var held: Int { waiting.count + (isWriting ? 1 : 0) }

    /// Writes a step after all that were taken before it.
    /// - Returns: nil when the database has not taken it yet; it is tried again without further ado.
    func take(_ event: IncidentEvent) async -> CommitResult? {
        if case .refused = state {
            hold(event)
            return nil
        }
        return await withCheckedContinuation { taker in
            waiting.append(Step(event: event, taker: taker))
            if case .idle = state { startPass() }
        }
    }

    /// Tries all that waits, in order, after what is being written now.
    /// - Returns: Whether nothing waits any more.
    @discardableResult
    func flush() async -> Bool {
        if case .writing(let pass) = state { await pass.value }
        if case .refused(let pause) = state {
            pause.cancel()
            await startPass().value
        }
        return held == 0
    }

    /// For the end of the program: one more try; what still waits is written to the log, which is better than nowhere.
    func close() async {
        await flush()
        while case .writing(let pass) = state { await pass.value }
        if case .refused(let pause) = state { pause.cancel() }
        giveUp()
    }

    // MARK: Passes

    @discardableResult
    private func startPass() -> Task<Void, Never> {
        // Not the taker's task: a camera that is stopped must not cancel what is being written.
        let pass = Task { await writeAll() }
        state = .writing(pass)
        return pass
    }

    /// One try for each step that waits. A step that is refused keeps those of the same incident behind it.
    private func writeAll() async {
        var stuck: Set<IncidentID> = []
        var refusal: (any Error)?
        while let index = waiting.firstIndex(where: { !stuck.contains($0.event.incident.id) }) {
            let step = waiting.remove(at: index), incident = step.event.incident.id
            isWriting = true
            do {
                let result = try await commit(step.event)
                step.taker?.resume(returning: result)
            } catch  where Self.isWorthTrying(error) {
                if step.taker != nil {
                    logger.error("\(camera): incident \(incident): \(error); it is held in memory and tried again")
                }
                stuck.insert(incident)
                refusal = error
                // Only this function takes steps out, so the place is still the right one.
                waiting.insert(Step(event: step.event), at: index)
                step.taker?.resume(returning: nil)
            } catch {
                logger.critical("\(camera): incident \(incident) can't be written: \(error)")
                step.taker?.resume(returning: nil)
            }
            isWriting = false
        }
        for index in waiting.indices { waiting[index].taker.take()?.resume(returning: nil) }
        if isClosed {
            giveUp()
        } else if let refusal {
            rest(after: refusal)
        } else {
            resume()
        }
    }

    private func rest(after refusal: any Error) {
        if !hasRaised {
            hasRaised = true
            notices.raise(notice("\(refusal)"))
        }
        let pause = Task { [clock] in
            guard (try? await clock.sleep(seconds: Self.retrySeconds)) != nil, !Task.isCancelled else { return }
            retry()
        }
        state = .refused(pause: pause)
    }

    private func retry() {
        if case .refused = state { startPass() }
    }

    private func resume() {
        state = .idle
        guard hasRaised else { return }
        hasRaised = false
        logger.notice("\(camera): the database takes incidents again")
        notices.clear(notice("").key)
    }

    private func hold(_ event: IncidentEvent) {
        // An update says all that the one before it said.
        if case .update = event,
            let index = waiting.lastIndex(where: { $0.event.incident.id == event.incident.id }),
            case .update = waiting[index].event
        {
            waiting[index].event = event
        } else {
            waiting.append(Step(event: event))
        }
    }

    /// Nothing is tried any more; what waits is lost, and said to be.
    private func giveUp() {
        isClosed = true
        for step in waiting {
            let incident = step.event.incident
            logger.critical(
                "\(camera): lost with the end of the program: \(step.event.type) \(incident.kind.rawValue) \(incident.id) at \(incident.startDate)"
            )
        }
        waiting = []
        state = .idle
    }

    /// What breaks the schema's rules would break them again.
    private static func isWorthTrying(_ error: any Error) -> Bool {
        if case .refused? = error as? StorageError { return false }
        return true
    }

    private func notice(_ reason: String) -> OperationalNotice {
        .other(
            name: "database", camera: camera,
            text: "\(camera): the database takes no incidents (\(reason)); they are held in memory and tried again")
    }
}
