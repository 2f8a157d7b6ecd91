public import Foundation

/// Hours of the week, in the site's time zone: who gets what depends on who is at work.
public struct Shift: Hashable, Sendable, Codable {
    /// Days on which it *begins*: 1 is Monday, 7 is Sunday.
    public var weekdays: Set<Int>
    /// Minutes since midnight, 0 to 1439, by the clock on the wall.
    public var fromMinute: Int
    /// The same, not included. When it is not after `fromMinute`, the shift ends on the next day.
    public var toMinute: Int

    public init(weekdays: Set<Int> = Set(1...7), fromMinute: Int, toMinute: Int) {
        self.weekdays = weekdays
        self.fromMinute = fromMinute
        self.toMinute = toMinute
    }

    /// By the clock on the wall, so that a night in which the clocks change is an hour shorter or longer.
    public func contains(_ date: Date, in timeZone: TimeZone) -> Bool {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        let parts = calendar.dateComponents([.weekday, .hour, .minute], from: date)
        guard let weekday = parts.weekday, let hour = parts.hour, let minute = parts.minute else { return true }
        // Foundation counts from Sunday = 1.
        let today = (weekday + 5) % 7 + 1
        let yesterday = (today + 5) % 7 + 1
        let now = hour * 60 + minute
        if fromMinute < toMinute { return weekdays.contains(today) && now >= fromMinute && now < toMinute }
        return (weekdays.contains(today) && now >= fromMinute) || (weekdays.contains(yesterday) && now < toMinute)
    }
}
