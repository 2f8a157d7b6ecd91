public import Domain
public import Foundation

/// A question about incidents, as it was understood: each part that means something, and the words that are searched for.
public struct Question: Hashable, Sendable {
    /// A part that was understood; people can take it away.
    public struct Part: Hashable, Sendable {
        public enum Meaning: Hashable, Sendable {
            /// From a moment on, up to another one.
            case time(from: Date?, until: Date?)
            case camera(CameraID)
            case zone(String)
            case kind(IncidentKind)
            case state(IncidentHandling.State)
            case review(Review)
            case severity(Severity)
            /// Longer than so many seconds.
            case longerThan(seconds: Double)
            /// Who did something about it.
            case person(String)
            /// How many there are.
            case count
            /// Words that are searched for.
            case words(String)
        }

        public var meaning: Meaning
        /// As it stands in the question.
        public var text: String

        public init(_ meaning: Meaning, text: String) {
            self.meaning = meaning
            self.text = text
        }
    }

    /// In the question's order.
    public var parts: [Part]

    public init(parts: [Part]) { self.parts = parts }

    /// The incidents that it is about. Parts of one sort are alternatives, of several sorts they hold together; of several
    /// times all hold.
    public var search: IncidentSearch {
        var search = IncidentSearch()
        var words: [String] = []
        for part in parts {
            switch part.meaning {
            case .time(let from, let until):
                search.since = [search.since, from].compactMap(\.self).max()
                search.until = [search.until, until].compactMap(\.self).min()
            case .camera(let camera): search.anyCamera.insert(camera)
            case .zone(let zone): search.zones.insert(zone)
            case .kind(let kind): search.kinds.insert(kind)
            case .state(let state): search.states.insert(state)
            case .review(let review): search.reviewed = .review(review)
            case .severity(let severity): search.minSeverity = severity
            case .longerThan(let seconds): search.minSeconds = seconds
            case .person(let name): search.person = name
            case .count: break
            case .words(let text): words.append(text)
            }
        }
        search.words = words.joined(separator: " ")
        return search
    }
}

/// What a site calls its things, so that a question can be understood.
public struct QuestionNames: Sendable {
    public var cameras: [(id: CameraID, name: String)]
    public var zones: [String]
    /// Accounts, and names that people gave.
    public var people: [String]
    public var timeZone: TimeZone

    public init(cameras: [(id: CameraID, name: String)], zones: [String], people: [String] = [], timeZone: TimeZone) {
        self.cameras = cameras
        self.zones = zones
        self.people = people
        self.timeZone = timeZone
    }
}
