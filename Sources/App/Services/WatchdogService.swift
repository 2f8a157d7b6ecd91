import Alerts
import Domain
import Foundation
import Logging
import ServiceLifecycle
import Settings
import Storage

/// Watches the silence: cameras, pictures, load and outbox, every few seconds; and says once a day that all is well.
struct WatchdogService: Service {
    /// What all cameras look like now.
    let looks: @Sendable () -> [Watchdog.CameraLook]
    let store: Store
    let alerts: AlertRooms
    let clock: any WallClock
    let logger: Logger

    private static let intervalSeconds = 5.0

    func run() async throws {
        await cancelWhenGracefulShutdown { await watch() }
    }

    private func watch() async {
        var watchdog = Watchdog(limits: Watchdog.Limits(alerts.operations), startedAt: clock.now())
        let notices = alerts.notices
        var lastDay: String?
        while (try? await clock.sleep(seconds: Self.intervalSeconds)) != nil {
            let outbox: [ChannelBacklog]
            do {
                outbox = try await store.perform { try $0.outboxSummaries() }
            } catch {
                logger.error("the outbox can't be read: \(error)")
                outbox = []
            }
            watchdog.limits = Watchdog.Limits(alerts.operations)
            for finding in watchdog.look(cameras: looks(), outbox: outbox, at: clock.now()) {
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
                    recipients.map {
                        PlannedAlert(channel: $0.channel, recipient: $0.recipient, text: text, purpose: .allWell)
                    }, name: "all_well/\(day)")
            }
        } catch {
            logger.error("the daily sign of life could not be written: \(error)")
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
