import Domain
import Foundation
import TestSupport
import Testing

@testable import Storage

@Suite("Questions in words")
struct QuestionTests {
    /// Thursday, 28 May 2026, 14:30 in Berlin (12:30 UTC).
    private static let now = Date(timeIntervalSince1970: 1_779_971_400)
    private static let berlin = TimeZone(identifier: "Europe/Berlin") ?? .gmt

    private func camera(_ id: String) throws -> CameraID { try #require(CameraID(rawValue: id)) }

    private func understood(_ text: String) throws -> [String] {
        let names = QuestionNames(
            cameras: [(try camera("dock"), "Loading dock"), (try camera("cam-4"), "Aisle 4")],
            zones: ["Rack 4B", "Walkway"], people: ["anna"], timeZone: Self.berlin)
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = Self.berlin
        func at(_ date: Date?) -> String {
            guard let date else { return "-" }
            let parts = calendar.dateComponents([.day, .month, .hour, .minute], from: date)
            return String(
                format: "%d.%d. %02d:%02d", parts.day ?? 0, parts.month ?? 0, parts.hour ?? 0, parts.minute ?? 0)
        }
        return QuestionGrammar(names, now: Self.now).understand(text).parts.map { part in
            switch part.meaning {
            case .time(let from, let until): "\(at(from)) to \(at(until))"
            case .camera(let camera): "camera \(camera)"
            case .zone(let zone): "zone \(zone)"
            case .kind(let kind): kind.rawValue
            case .state(let state): "state \(state.rawValue)"
            case .review(let review): "review \(review.rawValue)"
            case .severity(let severity): "severity \(severity.rawValue)"
            case .longerThan(let seconds): "longer than \(Int(seconds)) s"
            case .person(let name): "by \(name)"
            case .count: "count"
            case .words(let words): "words \(words)"
            }
        }
    }

    @Test(
        "what is meant is understood in English and German",
        arguments: [
            ("what fell in aisle 4 last night?", ["falling_object", "camera cam-4", "27.5. 22:00 to 28.5. 06:00"]),
            (
                "Was ist letzte Nacht in Aisle 4 heruntergefallen?",
                ["27.5. 22:00 to 28.5. 06:00", "camera cam-4", "falling_object"]
            ),
            ("how many spills since Monday", ["count", "spill", "25.5. 00:00 to -"]),
            ("Wie viele Pfützen seit Montag?", ["count", "spill", "25.5. 00:00 to -"]),
            ("open incidents at the loading dock", ["state open", "camera dock"]),
            (
                "Was ist am Dienstag im Walkway umgekippt?",
                ["26.5. 00:00 to 27.5. 00:00", "zone Walkway", "toppled_stack"]
            ),
            ("false alarms yesterday", ["state false_alarm", "27.5. 00:00 to 28.5. 00:00"]),
            ("Fehlalarme in den letzten 3 Tagen", ["state false_alarm", "25.5. 14:30 to -"]),
            ("last 24 hours", ["27.5. 14:30 to -"]),
            ("what was cleared by Anna this week", ["state cleared", "by anna", "25.5. 00:00 to -"]),
            ("between 8 and 10", ["28.5. 08:00 to 28.5. 10:00"]),
            ("zwischen 22 und 2 Uhr", ["27.5. 22:00 to 28.5. 02:00"]), ("seit 16:15", ["27.5. 16:15 to -"]),
            ("since 13:00", ["28.5. 13:00 to -"]), ("on 2026-05-20", ["20.5. 00:00 to 21.5. 00:00"]),
            ("am 20.5.", ["20.5. 00:00 to 21.5. 00:00"]), ("am 31.12.", ["31.12. 00:00 to 1.1. 00:00"]),
            ("last week", ["18.5. 00:00 to 25.5. 00:00"]), ("early shift", ["28.5. 06:00 to 28.5. 14:00"]),
            ("Nachtschicht", ["27.5. 22:00 to 28.5. 06:00"]), ("late shift", ["28.5. 14:00 to 28.5. 22:00"]),
            ("incidents longer than 5 minutes", ["longer than 300 s"]),
            ("länger als 2 Stunden", ["longer than 7200 s"]),
            ("serious falls", ["severity high", "falling_object"]),
            ("person fell", ["person_down"]), ("forklift at rack 4b", ["words forklift", "zone Rack 4B"]),
            ("show me everything", []), ("31.2.", ["words 31.2"]),
        ])
    func meaning(_ text: String, _ parts: [String]) throws {
        #expect(try understood(text) == parts, "\(text)")
    }

    @Test(
        "nothing that somebody writes breaks it",
        arguments: [
            "", " ?!", "' OR 1=1 --", "\u{0}\u{202E}", "last last last", "between 8 and", "since", "99999999999 days",
            "last 99999999999 days", "2026-99-99", "longer than", "\"fell\" NOT spill*", "((((", "24:61",
        ])
    func odd(_ text: String) throws {
        let test = try TestStore()
        try test.store.unwatched.commit(.new(Samples.incident("01a")))
        let names = QuestionNames(cameras: [], zones: [], timeZone: Self.berlin)
        let question = QuestionGrammar(names, now: Self.now).understand(text + String(repeating: " x", count: 500))
        _ = try test.store.unwatched.incidents(question.search)
        _ = try test.store.unwatched.counts(question.search)
    }

    @Test("a question finds what it means, counts all of it, and alternatives of one sort add up")
    func finds() throws {
        let test = try TestStore(), db = test.store.unwatched
        for (id, kind, hoursAgo) in [
            ("01a", IncidentKind.spill, 1.0), ("01b", .fallingObject, 2), ("01c", .toppledStack, 3),
            ("01d", .spill, 30),
        ] {
            var incident = Samples.incident(id)
            incident.kind = kind
            incident.kinds = [kind]
            incident.startDate = Self.now - hoursAgo * 3600
            incident.endDate = incident.startDate + (id == "01b" ? 600 : 5)
            try db.commit(.end(incident))
        }
        try db.handle(
            IncidentID(rawValue: "01a"), .state(.cleared), by: .init("Anna (link)", by: .link), at: Self.now)
        let names = QuestionNames(cameras: [], zones: [], people: ["anna"], timeZone: Self.berlin)
        func found(_ text: String) throws -> [String] {
            try db.incidents(QuestionGrammar(names, now: Self.now).understand(text).search).map(\.id.rawValue)
        }
        #expect(try found("what spilled?") == ["01a", "01d"])
        #expect(try found("spills and falls today") == ["01a", "01b"])
        #expect(try found("what was cleared by anna") == ["01a"])
        #expect(try found("open today") == ["01b", "01c"])
        #expect(try found("longer than 5 minutes") == ["01b"])
        #expect(try found("yesterday") == ["01d"] && found("forklift").isEmpty)
        var search = QuestionGrammar(names, now: Self.now).understand("how many spills and falls").search
        search.limit = 1
        let counts = try db.counts(search)
        #expect(counts.map(\.kind) == [.spill, .fallingObject] && counts.map(\.count) == [2, 1])
    }
}
