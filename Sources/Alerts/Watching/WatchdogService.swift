import Domain
import Foundation
import Logging
public import ServiceLifecycle
import Settings
import Storage
import Synchronization

/// Watches the silence: cameras, pictures, load and outbox, every few seconds; and says once a day that all is well.
public struct WatchdogService: Service {
    private let looks: @Sendable () -> [Watchdog.CameraLook]
    private let alerts: AlertService
    private var store: Store { alerts.store }
    private var clock: any WallClock { alerts.clock }

    private static let intervalSeconds = 5.0

    /// - Parameter looks: What all cameras look like now.
    public init(alerts: AlertService, looks: @escaping @Sendable () -> [Watchdog.CameraLook]) {
        self.alerts = alerts
        self.looks = looks
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            let outbox = OutboxBacklog(store: store)
            await withDiscardingTaskGroup { group in
                group.addTask { await outbox.follow() }
                await watch(outbox)
                group.cancelAll()
            }
        }
    }

    private func watch(_ outbox: OutboxBacklog) async {
        var watchdog = Watchdog(limits: Watchdog.Limits(alerts.operations), startedAt: clock.now())
        let notices = alerts.notices
        var lastDay: String?
        while (try? await clock.sleep(seconds: Self.intervalSeconds)) != nil {
            do {
                try await outbox.refresh()
            } catch {
                alerts.logger.error("the outbox can't be read: \(error)")
            }
            watchdog.limits = Watchdog.Limits(alerts.operations)
            for finding in watchdog.look(cameras: looks(), outbox: outbox.channels, at: clock.now()) {
                switch finding {
                case .wrong(let notice): notices.raise(notice)
                case .right(let key): notices.clear(key)
                }
            }
            if let day = dueDay(), day != lastDay {
                lastDay = day
                await sayAllWell(day)
            }
        }
    }

    private func dueDay() -> String? {
        alerts.operations.allWellMinute.flatMap {
            DailyMoment(minute: $0, timeZone: alerts.channels.texts.timeZone).day(at: clock.now())
        }
    }

    private func sayAllWell(_ day: String) async {
        let now = clock.now(), cameras = looks(), channels = alerts.channels
        let online = cameras.count { $0.isOnline }, texts = channels.texts, count = cameras.count
        let recipients = channels.allWell
        do {
            try await store.perform { store in
                // Not what a person has asked for, nor what only tried the chain.
                let incidents = try store.incidents(IncidentFilter(since: now - 86_400, limit: nil))
                    .count { $0.kind != .manual && !$0.isDrill }
                let text = texts.allWell(
                    online: online, cameras: count, incidents: incidents,
                    problems: try store.openNotices().prefix(3).map(\.text), at: now)
                // The name has the day: a restart doesn't say it again.
                try store.enqueue(
                    recipients.flatMap { group in
                        try group.recipients.resolved(seeing: nil, store).map {
                            PlannedAlert(channel: group.channel, recipient: $0, text: text, purpose: .allWell)
                        }
                    }, name: "all_well/\(day)")
            }
        } catch {
            alerts.logger.error("the daily sign of life could not be written: \(error)")
        }
    }
}

/// What waits in the outbox, read again only when something has changed there.
private final class OutboxBacklog: Sendable {
    private struct State {
        var channels: [ChannelBacklog] = []
        var isOutdated = true
    }

    private let store: Store
    private let state = Mutex(State())

    init(store: Store) { self.store = store }

    var channels: [ChannelBacklog] { state.withLock { $0.channels } }

    /// Notes changes, until the task is cancelled.
    func follow() async {
        let topics: [StoreTopic] = [.outbox, .outcomes]
        await withDiscardingTaskGroup { group in
            for changes in topics.map(store.changes) {
                group.addTask { for await _ in changes { self.state.withLock { $0.isOutdated = true } } }
            }
        }
    }

    /// - Throws: What the database says; then it is empty, and is read at the next call.
    func refresh() async throws {
        // Before it is read: what changes meanwhile is read the next time.
        let isOutdated = state.withLock { state in
            defer { state.isOutdated = false }
            return state.isOutdated
        }
        guard isOutdated else { return }
        do {
            let channels = try await store.perform { try $0.outboxSummaries() }
            state.withLock { $0.channels = channels }
        } catch {
            state.withLock { $0 = State() }
            throw error
        }
    }
}

extension Watchdog.Limits {
    init(_ configuration: OperationsConfiguration) {
        self.init(
            cameraOfflineSeconds: configuration.cameraOfflineSeconds,
            pictureFrozenSeconds: configuration.pictureFrozenSeconds,
            maxSkippedFraction: configuration.maxSkippedFraction,
            outboxStuckSeconds: configuration.outboxStuckSeconds)
    }
}

/// A time of day by the clock on the wall, once a day.
struct DailyMoment: Hashable, Sendable {
    /// Minutes since midnight.
    var minute: Int
    var timeZone: TimeZone

    /// A moment that was missed by more than this (the machine was off) is let pass.
    static let graceSeconds = 3600.0

    /// The day (`2026-05-28`) whose moment has come at `now` and is not over for long; nil when there is none. On a day on
    /// which the clocks skip it, it comes with the first moment after.
    func day(at now: Date) -> String? {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        let midnight = calendar.startOfDay(for: now)
        let parts = calendar.dateComponents([.year, .month, .day], from: now)
        guard
            let moment = calendar.nextDate(
                after: midnight - 1, matching: DateComponents(hour: minute / 60, minute: minute % 60, second: 0),
                matchingPolicy: .nextTime),
            now >= moment, now.timeIntervalSince(moment) < Self.graceSeconds
        else { return nil }
        return String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
    }
}
