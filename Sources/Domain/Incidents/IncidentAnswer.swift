import Foundation

/// What somebody says to an alert, wherever they are.
public enum IncidentAnswer: Hashable, Sendable {
    /// Somebody cares, wherever they are.
    case acknowledge
    case state(IncidentHandling.State)

    /// What a telephone's buttons offer, the likeliest first.
    public static let buttons: [IncidentAnswer] = [
        .state(.onTheWay), .acknowledge, .state(.cleared), .state(.falseAlarm),
    ]

    /// As programs spell it: `acknowledge`, or a state.
    public var word: String {
        switch self {
        case .acknowledge: "acknowledge"
        case .state(let state): state.rawValue
        }
    }

    /// - Returns: nil for a word that means nothing.
    public init?(word: String) {
        if word == Self.acknowledge.word {
            self = .acknowledge
        } else if let state = IncidentHandling.State(rawValue: word) {
            self = .state(state)
        } else {
            return nil
        }
    }

    /// What a person writes back, in English or German. The whole text must mean it: "not cleared yet" is no "cleared".
    /// - Returns: nil for what is none of the answers.
    public init?(reply: String) {
        let thumb = reply.contains("\u{1F44D}") ? " ok " : ""
        let folded = (reply + thumb).folding(options: [.diacriticInsensitive, .caseInsensitive], locale: nil)
            .replacingOccurrences(of: "ß", with: "ss").replacingOccurrences(of: "'", with: "")
            .replacingOccurrences(of: "’", with: "")
        let words = folded.split { !$0.isLetter && !$0.isNumber }.map(String.init).filter {
            !Self.politeness.contains($0)
        }
        guard let answer = Self.replies[words.joined(separator: " ")] else { return nil }
        self = answer
    }

    /// What may be said beside any of them.
    private static let politeness: Set<String> = ["please", "thanks", "thank", "you", "danke", "bitte", "hi", "hallo"]

    private static let replies: [String: IncidentAnswer] = {
        let all: [(IncidentAnswer, [String])] = [
            (
                .acknowledge,
                [
                    "1", "ok", "okay", "yes", "y", "ack", "acknowledged", "got it", "ill handle it", "i handle it",
                    "ja",
                    "verstanden", "ich kummere mich", "ich kummere mich darum", "ubernehme ich", "ich ubernehme",
                ]
            ),
            (
                .state(.onTheWay),
                [
                    "2", "omw", "on my way", "im on my way", "i am on my way", "on the way", "coming", "im coming",
                    "going",
                    "unterwegs", "ich bin unterwegs", "bin unterwegs", "komme", "ich komme", "bin auf dem weg",
                    "ich bin auf dem weg", "auf dem weg",
                ]
            ),
            (
                .state(.clearing),
                [
                    "3", "clearing", "im clearing it", "clearing it", "im here", "im there", "cleaning", "bin da",
                    "ich bin da",
                    "bin vor ort", "ich beseitige es", "wird beseitigt",
                ]
            ),
            (
                .state(.cleared),
                [
                    "4", "cleared", "its cleared", "all cleared", "all clear", "clear", "done", "fixed", "clean",
                    "erledigt",
                    "ist erledigt", "beseitigt", "es ist beseitigt", "fertig", "sauber", "alles sauber",
                ]
            ),
            (
                .state(.falseAlarm),
                [
                    "0", "false", "false alarm", "not an incident", "no incident", "nothing", "nothing there",
                    "fehlalarm",
                    "kein vorfall", "falscher alarm", "da ist nichts", "nichts",
                ]
            ),
            (
                .state(.open),
                [
                    "still there", "its still there", "open", "reopen", "not cleared", "liegt noch da",
                    "es liegt noch da", "noch da",
                ]
            ),
        ]
        return all.reduce(into: [:]) { replies, entry in for text in entry.1 { replies[text] = entry.0 } }
    }()
}
