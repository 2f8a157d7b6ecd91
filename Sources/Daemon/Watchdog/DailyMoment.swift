import Foundation

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
