import Domain

/// The words of questions, in English and German, without case and accents, with ss for ß.
enum QuestionWords {
    /// A time by its name.
    enum Span: Hashable {
        /// Days from today.
        case day(Int)
        case hours(day: Int, from: Int, until: Int)
        case lastNight
        case shift(from: Int, until: Int)
        /// Weeks and months back.
        case week(Int)
        case month(Int)
        case lastSeconds(Double)
    }

    static let spans: [String: Span] = [
        "today": .day(0), "heute": .day(0), "yesterday": .day(-1), "gestern": .day(-1),
        "day before yesterday": .day(-2),
        "vorgestern": .day(-2), "last night": .lastNight, "letzte nacht": .lastNight, "letzter nacht": .lastNight,
        "heute nacht": .lastNight, "tonight": .hours(day: 0, from: 18, until: 6),
        "this morning": .hours(day: 0, from: 5, until: 12), "heute morgen": .hours(day: 0, from: 5, until: 12),
        "heute fruh": .hours(day: 0, from: 5, until: 12), "this afternoon": .hours(day: 0, from: 12, until: 18),
        "heute nachmittag": .hours(day: 0, from: 12, until: 18), "this evening": .hours(day: 0, from: 18, until: 23),
        "heute abend": .hours(day: 0, from: 18, until: 23), "yesterday evening": .hours(day: -1, from: 18, until: 23),
        "gestern abend": .hours(day: -1, from: 18, until: 23), "yesterday morning": .hours(day: -1, from: 5, until: 12),
        "gestern morgen": .hours(day: -1, from: 5, until: 12), "gestern fruh": .hours(day: -1, from: 5, until: 12),
        "this week": .week(0), "diese woche": .week(0), "dieser woche": .week(0), "last week": .week(1),
        "letzte woche": .week(1), "letzter woche": .week(1), "vorige woche": .week(1), "this month": .month(0),
        "diesen monat": .month(0), "diesem monat": .month(0), "last month": .month(1), "letzten monat": .month(1),
        "letztem monat": .month(1), "last hour": .lastSeconds(3600), "letzte stunde": .lastSeconds(3600),
        "letzten stunde": .lastSeconds(3600), "early shift": .shift(from: 6, until: 14),
        "fruhschicht": .shift(from: 6, until: 14), "late shift": .shift(from: 14, until: 22),
        "spatschicht": .shift(from: 14, until: 22), "night shift": .shift(from: 22, until: 6),
        "nachtschicht": .shift(from: 22, until: 6),
    ]

    static let last: Set<String> = ["last", "past", "letzte", "letzten", "vergangenen"]
    static let since: Set<String> = ["since", "seit", "from", "ab", "after", "nach"]
    static let until: Set<String> = ["until", "before", "till", "bis", "vor"]
    static let between: Set<String> = ["between", "zwischen"]
    static let and: Set<String> = ["and", "und"]
    static let on: Set<String> = ["on", "am"]
    static let longer: Set<String> = ["longer", "langer", "more", "mehr"]
    static let than: Set<String> = ["than", "als"]

    /// In seconds.
    static let units: [String: Double] = [
        "second": 1, "seconds": 1, "sekunde": 1, "sekunden": 1, "minute": 60, "minutes": 60, "minuten": 60, "min": 60,
        "hour": 3600, "hours": 3600, "stunde": 3600, "stunden": 3600, "h": 3600, "day": 86_400, "days": 86_400,
        "tag": 86_400, "tage": 86_400, "tagen": 86_400, "week": 604_800, "weeks": 604_800, "woche": 604_800,
        "wochen": 604_800,
    ]

    /// As `Calendar` counts them.
    static let weekdays: [String: Int] = [
        "sunday": 1, "sonntag": 1, "monday": 2, "montag": 2, "tuesday": 3, "dienstag": 3, "wednesday": 4, "mittwoch": 4,
        "thursday": 5, "donnerstag": 5, "friday": 6, "freitag": 6, "saturday": 7, "samstag": 7, "sonnabend": 7,
    ]

    private static let numbers: [String: Double] = [
        "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "ten": 10, "a": 1,
        "an": 1,
        "eine": 1, "einer": 1, "zwei": 2, "drei": 3, "vier": 4, "funf": 5, "sechs": 6, "sieben": 7, "acht": 8,
        "zehn": 10,
    ]

    /// Up to ten thousand.
    static func number(_ word: String) -> Double? {
        if let number = numbers[word] { return number }
        guard word.count <= 4, let number = Int(word), number > 0 else { return nil }
        return Double(number)
    }

    static let phrases: [(String, Question.Part.Meaning)] = {
        func all(_ texts: String, _ meaning: Question.Part.Meaning) -> [(String, Question.Part.Meaning)] {
            texts.split(separator: ",").map { ($0.trimmingCharacters(in: .whitespaces), meaning) }
        }
        return all(
            "fell, fall, falls, falling, fallen, fell down, dropped, falling object, falling objects, gefallen, fiel, fiel runter, "
                + "heruntergefallen, runtergefallen, herunterfallende", .kind(.fallingObject))
            + all(
                "toppled, toppled stack, collapsed, tipped over, umgekippt, umgefallen, eingesturzt, gekippt",
                .kind(.toppledStack))
            + all(
                "spill, spills, spilled, spilt, leak, leaks, leaked, puddle, puddles, liquid, ausgelaufen, pfutze, pfutzen, flussigkeit, "
                    + "verschuttet, leckage", .kind(.spill))
            + all(
                "left behind, object left, abandoned, blocked, liegengelassen, stehengelassen, abgestellt, blockiert",
                .kind(.objectLeft))
            + all(
                "removed, taken away, missing, stolen, entfernt, weggenommen, verschwunden, gestohlen",
                .kind(.objectRemoved))
            + all(
                "marked object, marked objects, markierter gegenstand, markierte gegenstande", .kind(.markedObjectMoved)
            )
            + all("recorded by hand, manual, manuell, aufgezeichnet", .kind(.manual))
            + all("zone entered, entered, intruder, intruders, betreten, eingedrungen", .kind(.zoneEntry))
            + all("line crossed, crossed, linie uberquert, uberquert", .kind(.lineCrossing))
            + all("dwell, lingered, stayed, aufgehalten, verweilt", .kind(.dwell))
            + all(
                "near miss, near misses, nearly collided, beinaheunfall, beinaheunfalle, beinahe zusammengestossen",
                .kind(.nearMiss))
            + all(
                "person down, person fell, somebody fell, someone fell, lying on the floor, person gesturzt, gesturzt, jemand gesturzt, "
                    + "person am boden", .kind(.personDown))
            + all("tampered, covered, sabotage, sabotiert, verdeckt, verdreht", .kind(.cameraTampered))
            + all("open, unresolved, still open, offen, offene, offenen, noch offen, unerledigt", .state(.open))
            + all("on the way, unterwegs", .state(.onTheWay))
            + all("being cleared, in arbeit, wird beseitigt", .state(.clearing))
            + all("cleared, cleaned up, resolved, beseitigt, beseitigte, erledigt, erledigte", .state(.cleared))
            + all("false alarm, false alarms, fehlalarm, fehlalarme, fehlalarmen, falscher alarm", .state(.falseAlarm))
            + all("confirmed, bestatigt, bestatigte, bestatigten", .review(.confirmed))
            + all("serious, severe, high severity, schwer, schwere, schweren, ernste, ernst", .severity(.high))
            + all("how many, how often, count, number of, wie viele, wie viel, wie oft, anzahl", .count)
    }()

    /// What says nothing by itself.
    static let passedOver: Set<String> = Set(
        """
        what which who where when why how did do does done is are was were has have had been be there the a an of in on at by to \
        from for with and or me my i we us show list find give tell all any anything something somebody everything happened happen \
        happens incident incidents alert alerts alarm alarms please it its that this those these during ever so far \
        was welche welcher welches wer wo wann warum wie ist sind war waren hat haben wurde wurden gab gibt es der die das den dem \
        des ein eine einen einem einer von vom in im am an auf bei mit und oder mir uns ich wir zeig zeige liste finde alle alles \
        etwas jemand passiert geschehen geschah vorfall vorfalle vorfallen meldung meldungen bitte denn so bisher uber kamera camera \
        zone gerade da nicht uhr wahrend
        """.split(whereSeparator: \.isWhitespace).map(String.init))
}
