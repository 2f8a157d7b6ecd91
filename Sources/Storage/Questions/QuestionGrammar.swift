import Domain
public import Foundation

/// Understands questions in English and German without any service: phrases are looked for, the longest first; what means nothing
/// by itself ("what", "was", "in") is passed over, and the rest is searched for.
public struct QuestionGrammar: Sendable {
    private let now: Date
    private let calendar: Calendar
    /// Phrases by their words.
    private var phrases: [[String]: [Question.Part.Meaning]] = [:]
    private var longestPhrase = 1

    /// A question is a sentence or two.
    public static let longest = 300

    public init(_ names: QuestionNames, now: Date) {
        self.now = now
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = names.timeZone
        self.calendar = calendar
        for (text, meaning) in QuestionWords.phrases { add(text, meaning) }
        for person in names.people where person.count > 1 { add(person, .person(person)) }
        for zone in names.zones { add(zone, .zone(zone)) }
        for (id, name) in names.cameras {
            add(id.rawValue, .camera(id))
            add(name, .camera(id))
        }
    }

    private mutating func add(_ text: String, _ meaning: Question.Part.Meaning) {
        let words = Self.words(text).map(\.folded)
        guard !words.isEmpty, words.count > 1 || !QuestionWords.passedOver.contains(words[0]) else { return }
        // A site's own name goes before the language's words; cameras of one name are alternatives.
        let isCamera = meaning.isCamera
        phrases[words] = (phrases[words] ?? []).filter { isCamera && $0.isCamera && $0 != meaning } + [meaning]
        longestPhrase = max(longestPhrase, words.count)
    }

    public func understand(_ text: String) -> Question {
        let words = Self.words(String(text.prefix(Self.longest)))
        var parts: [Question.Part] = [], rest: [String] = [], at = 0
        func finishRest() {
            if !rest.isEmpty {
                parts.append(.init(.words(rest.joined(separator: " ")), text: rest.joined(separator: " ")))
            }
            rest = []
        }
        while at < words.count {
            let following = words[at...]
            if let (meanings, length) = time(following).map({ ([$0.meaning], $0.length) }) ?? duration(following).map({
                ([$0.meaning], $0.length)
            }) ?? phrase(following) {
                finishRest()
                let found = words[at..<(at + length)].map(\.text).joined(separator: " ")
                for meaning in meanings where !parts.contains(where: { $0.meaning == meaning }) {
                    parts.append(.init(meaning, text: found))
                }
                at += length
            } else {
                if !QuestionWords.passedOver.contains(words[at].folded) { rest.append(words[at].text) }
                at += 1
            }
        }
        finishRest()
        return Question(parts: parts)
    }

    private func phrase(_ words: ArraySlice<Word>) -> ([Question.Part.Meaning], Int)? {
        for length in stride(from: min(longestPhrase, words.count), to: 0, by: -1) {
            if let meanings = phrases[words.prefix(length).map(\.folded)] { return (meanings, length) }
        }
        return nil
    }

    // MARK: - Words

    private struct Word {
        var text: String
        /// Without case and accents.
        var folded: String
    }

    /// A time (14:30) and a date (2026-05-28, 28.5.) are one word each.
    private static func words(_ text: String) -> [Word] {
        text.split(whereSeparator: { !($0.isLetter || $0.isNumber || ":.-_'’".contains($0)) }).compactMap { raw in
            let trimmed = String(raw).trimmingCharacters(in: CharacterSet(charactersIn: ":.-_'’"))
            guard !trimmed.isEmpty else { return nil }
            return Word(
                text: trimmed,
                folded: trimmed.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
                    .replacing("ß", with: "ss"))
        }
    }

    // MARK: - Times

    private typealias Found = (meaning: Question.Part.Meaning, length: Int)

    private func time(_ words: ArraySlice<Word>) -> Found? {
        let all = words.prefix(6).map(\.folded)
        func found(_ span: (from: Date?, until: Date?), _ length: Int) -> Found {
            (.time(from: span.from, until: span.until), length)
        }
        for length in stride(from: min(3, all.count), to: 0, by: -1) {
            if let span = QuestionWords.spans[all.prefix(length).joined(separator: " ")] {
                return found(self.span(span), length)
            }
        }
        guard let first = all.first else { return nil }
        // "last 3 days", "in den letzten 24 Stunden".
        if QuestionWords.last.contains(first), all.count >= 3, let count = QuestionWords.number(all[1]),
            let unit = QuestionWords.units[all[2]]
        {
            return found((now - count * unit, nil), 3)
        }
        // "since Monday", "seit 14:00", "since 2026-05-20".
        if QuestionWords.since.contains(first), all.count >= 2, let begin = moment(all[1]) {
            return found((begin.start, nil), all.dropFirst(2).first == "uhr" ? 3 : 2)
        }
        if QuestionWords.until.contains(first), all.count >= 2, let end = moment(all[1]) {
            return found((nil, end.start), all.dropFirst(2).first == "uhr" ? 3 : 2)
        }
        // "between 8 and 10", "zwischen 8:30 und 10 Uhr".
        if QuestionWords.between.contains(first), all.count >= 4, QuestionWords.and.contains(all[2]),
            let from = clock(all[1]), let until = clock(all[3])
        {
            let start = lately(from)
            let end = calendar.date(byAdding: .second, value: (until - from + 86_400) % 86_400, to: start) ?? start
            return found((start, end), all.dropFirst(4).first == "uhr" ? 5 : 4)
        }
        // "on Tuesday", "am Dienstag", "2026-05-28".
        let offset = QuestionWords.on.contains(first) ? 1 : 0
        if all.count > offset, let day = day(all[offset]) { return found((day.start, day.end), offset + 1) }
        return nil
    }

    private func span(_ span: QuestionWords.Span) -> (from: Date?, until: Date?) {
        let today = calendar.startOfDay(for: now)
        func at(_ day: Int, _ hour: Int) -> Date {
            let start = calendar.date(byAdding: .day, value: day, to: today) ?? today
            return calendar.date(bySettingHour: hour, minute: 0, second: 0, of: start) ?? start
        }
        func week(_ back: Int) -> Date {
            let start = calendar.dateInterval(of: .weekOfYear, for: now)?.start ?? today
            return calendar.date(byAdding: .weekOfYear, value: -back, to: start) ?? start
        }
        func month(_ back: Int) -> Date {
            let start = calendar.dateInterval(of: .month, for: now)?.start ?? today
            return calendar.date(byAdding: .month, value: -back, to: start) ?? start
        }
        switch span {
        case .day(let offset): return (at(offset, 0), at(offset + 1, 0))
        case .hours(let day, let from, let until):
            let start = at(day, from)
            return (start, until > from ? at(day, until) : at(day + 1, until))
        // The night that goes on or, by day, the one that ended last.
        case .lastNight: return (at(-1, 22), min(now, at(0, 6)))
        case .shift(let from, let until):
            // The one that goes on, or the one that ended last.
            let length = until > from ? 0 : 1
            let back = at(0, from) <= now ? 0 : -1
            return (at(back, from), at(back + length, until))
        case .week(let back): return (week(back), back == 0 ? nil : week(back - 1))
        case .month(let back): return (month(back), back == 0 ? nil : month(back - 1))
        case .lastSeconds(let seconds): return (now - seconds, nil)
        }
    }

    /// A day or a time of day, the last one that has begun.
    private func moment(_ word: String) -> (start: Date, end: Date)? {
        if let span = QuestionWords.spans[word] {
            let span = self.span(span)
            return span.from.map { ($0, span.until ?? now) }
        }
        return day(word) ?? (word.contains(":") || Int(word) != nil ? clock(word).map { (lately($0), now) } : nil)
    }

    private func day(_ word: String) -> (start: Date, end: Date)? {
        var start: Date?
        if let weekday = QuestionWords.weekdays[word] {
            // ISO's calendar counts from Sunday all the same.
            let back = (calendar.component(.weekday, from: now) - weekday + 7) % 7
            start = calendar.date(byAdding: .day, value: -back, to: calendar.startOfDay(for: now))
        } else {
            let iso = word.split(separator: "-").compactMap { Int($0) }
            let german = word.split(separator: ".").compactMap { Int($0) }
            let year = calendar.component(.year, from: now)
            if iso.count == 3, word.count == 10 {
                start = date(iso[0], iso[1], iso[2])
            } else if word.contains("."), (2...3).contains(german.count) {
                let given = german.count == 3 ? (german[2] < 100 ? 2000 + german[2] : german[2]) : year
                start = date(given, german[1], german[0])
                // Without a year it is the last one.
                if german.count == 2, let day = start, day > now { start = date(year - 1, german[1], german[0]) }
            }
        }
        return start.flatMap { start in calendar.date(byAdding: .day, value: 1, to: start).map { (start, $0) } }
    }

    /// - Returns: nil for a day that there is not.
    private func date(_ year: Int, _ month: Int, _ day: Int) -> Date? {
        let components = DateComponents(year: year, month: month, day: day)
        guard let date = calendar.date(from: components), calendar.component(.day, from: date) == day,
            calendar.component(.month, from: date) == month
        else { return nil }
        return date
    }

    /// Seconds after midnight: "8", "14:30", "2pm".
    private func clock(_ word: String) -> Int? {
        var text = word, added = 0
        if text.hasSuffix("pm") || text.hasSuffix("am") {
            added = text.hasSuffix("pm") ? 12 : 0
            text.removeLast(2)
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard (1...2).contains(parts.count), let first = parts[0], (0...24).contains(first) else { return nil }
        let minutes = parts.count == 2 ? parts[1] : 0
        guard let minutes, (0..<60).contains(minutes) else { return nil }
        let hour = added == 12 && first < 12 ? first + 12 : first
        return (hour * 60 + minutes) * 60
    }

    /// That time of day, today or, while it has not come yet, yesterday.
    private func lately(_ seconds: Int) -> Date {
        let today = calendar.startOfDay(for: now)
        func on(_ day: Date) -> Date {
            calendar.date(bySettingHour: seconds / 3600 % 24, minute: seconds / 60 % 60, second: 0, of: day) ?? day
        }
        let moment = on(today)
        return moment <= now ? moment : on(calendar.date(byAdding: .day, value: -1, to: today) ?? today)
    }

    /// "longer than 5 minutes", "länger als 2 Stunden".
    private func duration(_ words: ArraySlice<Word>) -> Found? {
        let all = words.prefix(4).map(\.folded)
        guard all.count == 4, QuestionWords.longer.contains(all[0]), QuestionWords.than.contains(all[1]),
            let count = QuestionWords.number(all[2]), let unit = QuestionWords.units[all[3]]
        else { return nil }
        return (.longerThan(seconds: count * unit), 4)
    }
}

extension Question.Part.Meaning {
    fileprivate var isCamera: Bool { if case .camera = self { true } else { false } }
}
