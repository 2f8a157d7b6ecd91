public import Foundation

/// Times of the week, such as a shift, in the site's time zone.
public struct WeekSchedule: Hashable, Sendable, Codable {
    /// One stretch that begins on each of some weekdays.
    public struct Span: Hashable, Sendable, Codable {
        /// 1 is Monday, 7 is Sunday.
        public var weekdays: Set<Int>
        /// Minutes after midnight, 0 to 1439.
        public var fromMinute: Int
        /// 1 to 1440; at or before `fromMinute` it means the next day.
        public var toMinute: Int

        public init(weekdays: Set<Int> = Set(1...7), fromMinute: Int = 0, toMinute: Int = 1440) {
            self.weekdays = weekdays
            self.fromMinute = fromMinute
            self.toMinute = toMinute
        }
    }

    public var name: String
    public var spans: [Span]
    /// An IANA name.
    public var timeZone: String

    public init(name: String, spans: [Span], timeZone: String) {
        self.name = name
        self.spans = spans
        self.timeZone = timeZone
    }

    /// Whether a moment lies in one of the spans; clocks that are set forward or back are followed.
    public func contains(_ date: Date) -> Bool {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: timeZone) ?? .gmt
        let parts = calendar.dateComponents([.weekday, .hour, .minute], from: date)
        // Foundation counts from Sunday = 1.
        let today = ((parts.weekday ?? 1) + 5) % 7 + 1
        let yesterday = (today + 5) % 7 + 1
        let minute = (parts.hour ?? 0) * 60 + (parts.minute ?? 0)
        return spans.contains { span in
            if span.toMinute > span.fromMinute {
                return span.weekdays.contains(today) && minute >= span.fromMinute && minute < span.toMinute
            }
            return (span.weekdays.contains(today) && minute >= span.fromMinute)
                || (span.weekdays.contains(yesterday) && minute < span.toMinute)
        }
    }
}

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
