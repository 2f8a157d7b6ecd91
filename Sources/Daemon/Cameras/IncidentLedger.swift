import Domain
import Logging
import Storage

/// Gets one camera's incidents into the database, also when it refuses them for a while (disk full, locked, gone): they are
/// held in memory in their order, tried again until they are in, and somebody is told.
actor IncidentLedger {
    private let camera: CameraID
    private let commit: @Sendable (IncidentEvent) async throws -> CommitResult
    private let clock: any WallClock
    private let notices: any NoticeSink
    private let logger: Logger
    private var waiting: [IncidentEvent] = []
    private var retry: Task<Void, Never>?

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
    var held: Int { waiting.count }

    /// - Returns: nil when the database has not taken it yet; it is tried again without further ado.
    func take(_ event: IncidentEvent) async -> CommitResult? {
        guard waiting.isEmpty else {
            hold(event)
            return nil
        }
        do {
            return try await commit(event)
        } catch {
            guard Self.isWorthTrying(error) else {
                logger.critical("\(camera): incident \(event.incident.id) can't be written: \(error)")
                return nil
            }
            logger.error("\(camera): incident \(event.incident.id): \(error); it is held in memory and tried again")
            hold(event)
            notices.raise(notice("\(error)"))
            return nil
        }
    }

    /// Tries all that waits, in order.
    /// - Returns: Whether nothing waits any more.
    @discardableResult
    func flush() async -> Bool {
        var stuck: Set<IncidentID> = []
        let events = waiting
        waiting = []
        var left: [IncidentEvent] = []
        for event in events {
            guard !stuck.contains(event.incident.id) else {
                left.append(event)
                continue
            }
            do {
                _ = try await commit(event)
            } catch  where Self.isWorthTrying(error) {
                stuck.insert(event.incident.id)
                left.append(event)
            } catch {
                logger.critical("\(camera): incident \(event.incident.id) can't be written: \(error)")
            }
        }
        waiting = left + waiting
        if waiting.isEmpty {
            logger.notice("\(camera): the database takes incidents again")
            notices.clear(notice("").key)
        }
        return waiting.isEmpty
    }

    /// For the end of the program: one more try; what still waits is written to the log, which is better than nowhere.
    func close() async {
        retry?.cancel()
        retry = nil
        guard !waiting.isEmpty, await !flush() else { return }
        for event in waiting {
            let incident = event.incident
            logger.critical(
                "\(camera): lost with the end of the program: \(event.type) \(incident.kind.rawValue) \(incident.id) at \(incident.startDate)"
            )
        }
    }

    private func hold(_ event: IncidentEvent) {
        // An update says all that the one before it said.
        if case .update = event, let index = waiting.lastIndex(where: { $0.incident.id == event.incident.id }),
            case .update = waiting[index]
        {
            waiting[index] = event
        } else {
            waiting.append(event)
        }
        guard retry == nil else { return }
        retry = Task { [clock] in
            while !Task.isCancelled {
                guard (try? await clock.sleep(seconds: Self.retrySeconds)) != nil else { return }
                if await flush() { break }
            }
            retry = nil
        }
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
