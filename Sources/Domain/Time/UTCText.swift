import Foundation

/// Dates as the database, sidecars, the API and webhooks spell them: ISO 8601 in UTC with milliseconds,
/// `2026-05-28T20:26:40.125Z`. Text order is time order.
public enum UTCText {
    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    /// The years 1600 to 9999: four digits, and no change of calendars.
    private static let range = -11_676_096_000.0...253_402_300_799.999

    /// The text of a date, rounded to a millisecond and clamped to the years 1600 to 9999.
    public static func string(_ date: Date) -> String {
        let seconds = date.timeIntervalSince1970
        let clamped = seconds.isNaN ? 0 : Swift.min(Swift.max(seconds, range.lowerBound), range.upperBound)
        // The style cuts off what is less than a millisecond, and few milliseconds are whole in binary: a little more than
        // the millisecond that is meant, so that it is not the one before.
        return Date(timeIntervalSince1970: ((clamped * 1000).rounded() + 0.1) / 1000).formatted(style)
    }

    /// - Returns: nil when the text is not of exactly the form above, or there is no such day.
    public static func date(_ text: String) -> Date? {
        anyDate(text).flatMap { string($0) == text ? $0 : nil }
    }

    /// Reads RFC 3339 as others write it too: with or without fractions of a second, with `Z` or an offset.
    public static func anyDate(_ text: String) -> Date? {
        guard let date = (try? style.parse(text)) ?? (try? Date.ISO8601FormatStyle().parse(text)) else { return nil }
        // The same number that the same milliseconds had before.
        return Date(timeIntervalSince1970: (date.timeIntervalSince1970 * 1000).rounded() / 1000)
    }
}
