import Domain
import Foundation

/// What the page behind an alert's link says, in the language of the alerts.
struct PageWords: Sendable {
    struct Note: Sendable {
        var title: String
        var text: String
    }

    /// As in `<html lang>`.
    var language: String
    var takeCare: String
    var falseAlarm: String
    /// Takes "false alarm" back.
    var realAfterAll: String
    /// `{who}` and `{time}`; so are the next two.
    var takenCareOf: String
    var markedFalseAlarm: String
    var confirmed: String
    var somebody: String
    var beingPrepared: String
    var noClipAnyMore: String
    var clipUnreadable: String
    /// `{reload}` is a link with the words of ``reload``.
    var stillRecording: String
    var reload: String
    /// Below a clip that not every browser plays.
    var copyNote: String
    var save: String
    /// Leads to the incident's own page, for who has an account.
    var open: String
    var pictureAlt: String
    var what: String
    var camera: String
    var place: String
    var began: String
    var ended: String
    var stillGoingOn: String
    /// Pages about a link or a server that shows nothing: a title, and what to do.
    var notFound: Note
    var tooManyRequests: Note
    var failed: Note
    /// Behind the day where a language writes one.
    var dayMark: String
    var months: [String]
    /// Names of kinds; nil: the kind's own name is read as English.
    var kinds: [IncidentKind: String]

    /// - Parameter code: `en` or `de`; another gives English.
    static func inLanguage(_ code: String) -> PageWords { code == "de" ? german : english }

    func kind(_ kind: IncidentKind) -> String {
        if let name = kinds[kind] { return name }
        // `falling_object` as `Falling object`.
        let text = kind.rawValue.replacing("_", with: " ")
        return text.prefix(1).uppercased() + text.dropFirst()
    }

    static let english = PageWords(
        language: "en", takeCare: "I'll handle it", falseAlarm: "False alarm",
        realAfterAll: "It was a real incident",
        takenCareOf: "Handled by {who}, {time}. You don't have to do anything.",
        markedFalseAlarm: "Marked as a false alarm by {who}, {time}.", confirmed: "Confirmed by {who}, {time}.",
        somebody: "somebody who got the alert",
        beingPrepared: "The clip is being prepared. This page looks for it again by itself.",
        noClipAnyMore: "There is no clip of this incident any more.",
        clipUnreadable: "The clip can't be read at the moment. The log of Aislewatch says why.",
        stillRecording: "Still being recorded. {reload} to see what came after.", reload: "Load the page again",
        copyNote:
            "If this browser can't play the camera's H.265, it gets a smaller copy, which begins at the incident.",
        save: "Save the video", open: "Open in Aislewatch", pictureAlt: "The camera's picture at the incident",
        what: "What", camera: "Camera",
        place: "Place", began: "Began", ended: "Ended", stillGoingOn: "still going on",
        notFound: Note(
            title: "This link doesn't work",
            text:
                "It has expired, or a part of it is missing. Open the newest message about the incident and touch the "
                + "link there, or copy the whole link into the browser. If you have an account, sign in and look for the "
                + "incident in the list. If you don't, ask somebody who has one for a new link."),
        tooManyRequests: Note(
            title: "Too many wrong links",
            text: "Wait some minutes, then open the link from the message again."),
        failed: Note(
            title: "This page can't be shown at the moment",
            text: "Try again soon. The log of Aislewatch says what is wrong."), dayMark: "",
        months: [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ], kinds: [.manual: "Recorded by hand"])

    static let german = PageWords(
        language: "de", takeCare: "Ich kümmere mich darum", falseAlarm: "Fehlalarm",
        realAfterAll: "Es war doch ein Vorfall",
        takenCareOf: "Übernommen von {who}, {time}. Sie müssen nichts weiter tun.",
        markedFalseAlarm: "Als Fehlalarm gekennzeichnet von {who}, {time}.", confirmed: "Bestätigt von {who}, {time}.",
        somebody: "jemandem, der die Meldung bekommen hat",
        beingPrepared: "Die Aufnahme wird vorbereitet. Diese Seite sieht von selbst wieder nach.",
        noClipAnyMore: "Von diesem Vorfall gibt es keine Aufnahme mehr.",
        clipUnreadable: "Die Aufnahme kann zurzeit nicht gelesen werden. Den Grund nennt das Protokoll von Aislewatch.",
        stillRecording: "Die Aufnahme läuft noch. {reload}, um zu sehen, was danach kam.", reload: "Seite neu laden",
        copyNote:
            "Kann dieser Browser das H.265 der Kamera nicht abspielen, bekommt er eine kleinere Kopie ab dem Vorfall.",
        save: "Video speichern", open: "In Aislewatch öffnen", pictureAlt: "Das Bild der Kamera beim Vorfall",
        what: "Was", camera: "Kamera",
        place: "Ort", began: "Beginn", ended: "Ende", stillGoingOn: "dauert an",
        notFound: Note(
            title: "Dieser Link funktioniert nicht",
            text: "Er ist abgelaufen, oder ein Teil von ihm fehlt. Öffnen Sie die neueste Nachricht zu dem Vorfall und "
                + "tippen Sie dort auf den Link, oder kopieren Sie den ganzen Link in den Browser. Wenn Sie ein Konto "
                + "haben, melden Sie sich an und suchen Sie den Vorfall in der Liste. Sonst bitten Sie jemanden mit Konto "
                + "um einen neuen Link."),
        tooManyRequests: Note(
            title: "Zu viele falsche Links",
            text: "Warten Sie einige Minuten und öffnen Sie dann den Link aus der Nachricht noch einmal."),
        failed: Note(
            title: "Diese Seite kann gerade nicht angezeigt werden",
            text: "Versuchen Sie es bald noch einmal. Das Protokoll von Aislewatch nennt den Grund."), dayMark: ".",
        months: [
            "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
            "Dezember",
        ],
        kinds: [
            .fallingObject: "Gegenstand gefallen", .toppledStack: "Stapel umgestürzt",
            .spill: "Flüssigkeit breitet sich aus", .objectLeft: "Gegenstand zurückgelassen",
            .objectRemoved: "Gegenstand entfernt", .markedObjectMoved: "Markierter Gegenstand bewegt",
            .manual: "Von Hand aufgenommen", .zoneEntry: "Zone betreten", .lineCrossing: "Linie überschritten",
            .dwell: "Jemand oder etwas bleibt stehen", .nearMiss: "Beinahe-Zusammenstoß",
            .personDown: "Person am Boden", .cameraTampered: "Kamera gestört", .combination: "Mehreres zugleich",
        ])
}

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
