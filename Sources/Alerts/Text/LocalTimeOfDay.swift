import Foundation

/// Times of day as texts tell them, in the site's zone: `14:02:31`.
enum LocalTimeOfDay {
    static func text(_ date: Date, _ timeZone: TimeZone, seconds: Bool = true) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        let parts = calendar.dateComponents([.hour, .minute, .second], from: date)
        let hours = String(format: "%02d:%02d", parts.hour ?? 0, parts.minute ?? 0)
        return seconds ? hours + String(format: ":%02d", parts.second ?? 0) : hours
    }
}
