import Foundation

/// Times as people read them, in the site's zone: `3 March 2026, 14:02:31`.
struct LocalTime {
    let zone: TimeZone
    private let calendar: Calendar

    private let words: PageWords

    init(_ zone: TimeZone, words: PageWords = .english) {
        self.zone = zone
        self.words = words
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        self.calendar = calendar
    }

    /// Date and time of day.
    func full(_ date: Date) -> String {
        let parts = calendar.dateComponents([.day, .month, .year], from: date)
        let month = parts.month.flatMap { (1...12).contains($0) ? words.months[$0 - 1] : nil } ?? ""
        return "\(parts.day ?? 0)\(words.dayMark) \(month) \(parts.year ?? 0), \(time(date))"
    }

    /// The time of day alone.
    func time(_ date: Date) -> String {
        let parts = calendar.dateComponents([.hour, .minute, .second], from: date)
        return [parts.hour, parts.minute, parts.second].map { Self.twoDigits($0 ?? 0) }.joined(separator: ":")
    }

    /// Whether both lie on the same day here.
    func isSameDay(_ first: Date, _ second: Date) -> Bool { calendar.isDate(first, inSameDayAs: second) }

    /// `+01:00`, or `UTC`.
    func offset(at date: Date) -> String {
        let minutes = zone.secondsFromGMT(for: date) / 60
        guard minutes != 0 else { return "UTC" }
        return "UTC\(minutes < 0 ? "−" : "+")\(Self.twoDigits(abs(minutes) / 60)):\(Self.twoDigits(abs(minutes) % 60))"
    }

    private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
}
