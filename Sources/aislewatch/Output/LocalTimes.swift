import Foundation

/// Dates as people at the site read them.
struct LocalTimes {
    private let formatter: DateFormatter

    init(_ timeZone: TimeZone) {
        formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = timeZone
        formatter.dateFormat = "yyyy-MM-dd HH:mm:ss"
    }

    /// `2026-05-28 14:02:31`, in the site's zone.
    func dateAndTime(_ date: Date) -> String { formatter.string(from: date) }
}
