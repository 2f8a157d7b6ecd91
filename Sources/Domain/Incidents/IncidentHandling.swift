public import Foundation

/// What people have done about an incident so far: where it stands, who is on it, and every step in its order.
public struct IncidentHandling: Hashable, Sendable {
    /// Where an incident stands, as the database, the API and topics spell it.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        case open
        /// Somebody is on the way.
        case onTheWay = "on_the_way"
        /// Somebody is there and clears it.
        case clearing
        case cleared
        /// It was none.
        case falseAlarm = "false_alarm"

        /// Nobody has to go any more.
        public var isOver: Bool { self == .cleared || self == .falseAlarm }

        fileprivate var rank: Int {
            switch self {
            case .open: 0
            case .onTheWay: 1
            case .clearing: 2
            case .cleared, .falseAlarm: 3
            }
        }
    }

    /// Who brought it where it stands, and when.
    public struct Standing: Hashable, Sendable {
        public var state: State
        public var by: String
        public var at: Date

        public init(state: State, by: String, at: Date) {
            self.state = state
            self.by = by
            self.at = at
        }
    }

    public var state: State { standing?.state ?? .open }
    /// Nil while nobody has said anything.
    public var standing: Standing?
    /// Whose it is; nil: nobody's.
    public var assignee: String?
    /// Oldest first.
    public var steps: [Step]

    public init(standing: Standing? = nil, assignee: String? = nil, steps: [Step] = []) {
        self.standing = standing
        self.assignee = assignee
        self.steps = steps
    }

    /// Who ticked which line of the check list, by the line's text; what was taken back is missing.
    public var ticks: [String: Step] {
        steps.reduce(into: [:]) { ticks, step in
            switch step.action {
            case .tick(let line): ticks[line] = step
            case .untick(let line): ticks[line] = nil
            default: break
            }
        }
    }
}

// MARK: - Steps

extension IncidentHandling {
    /// What somebody does about an incident.
    public enum Action: Hashable, Sendable {
        case state(State)
        /// Nil: to nobody.
        case assign(String?)
        case comment(String)
        /// With what was said about it; may be empty.
        case photo(String)
        /// A line of the check list, by its text.
        case tick(String)
        case untick(String)

        /// The word in the database and the API.
        public var name: String {
            switch self {
            case .state: "state"
            case .assign: "assign"
            case .comment: "comment"
            case .photo: "photo"
            case .tick: "tick"
            case .untick: "untick"
            }
        }

        /// What stands beside the word.
        public var text: String {
            switch self {
            case .state(let state): state.rawValue
            case .assign(let whom): whom ?? ""
            case .comment(let text), .photo(let text), .tick(let text), .untick(let text): text
            }
        }

        /// - Returns: nil for words that mean nothing.
        public init?(name: String, text: String) {
            switch name {
            case "state":
                guard let state = State(rawValue: text) else { return nil }
                self = .state(state)
            case "assign": self = .assign(text.isEmpty ? nil : text)
            case "comment": self = .comment(text)
            case "photo": self = .photo(text)
            case "tick": self = .tick(text)
            case "untick": self = .untick(text)
            default: return nil
            }
        }
    }

    /// By what way somebody said it.
    public enum Way: String, Hashable, Sendable, Codable, CaseIterable {
        /// Signed in, or a program with a token.
        case page
        /// The page behind an alert's link, where nobody signs in.
        case link
        case sms, telegram, ntfy, mqtt, slack
        /// The command line.
        case cli
        /// The camera itself.
        case camera
    }

    /// Who does something, and by what way.
    public struct Author: Hashable, Sendable {
        public var name: String
        public var way: Way

        public init(_ name: String, by way: Way) {
            self.name = name
            self.way = way
        }
    }

    public struct Step: Hashable, Sendable, Identifiable {
        /// Given by the store.
        public var id: Int64
        public var at: Date
        public var author: Author
        public var action: Action

        public init(id: Int64, at: Date, author: Author, action: Action) {
            self.id = id
            self.at = at
            self.author = author
            self.action = action
        }
    }

    /// The longest text of a comment, a name of somebody to whom it is assigned, or a line of the check list.
    public static let longestText = 500
}

// MARK: - What follows

extension IncidentHandling {
    /// What comes of a step that somebody wants to take.
    public enum Outcome: Hashable, Sendable {
        /// It is so now.
        case changed
        /// Somebody was there first and goes on; it is noted that this one is there, too.
        case joined(Standing)
        /// It was so already, or the same person has said it before: nothing was done twice.
        case already(Standing?)
        /// The incident is over, or a person with an account has said otherwise: nothing was done.
        case refused(Standing)
    }

    /// What comes of the wish that it stood so. It goes forward; only "open" takes it back.
    public func outcome(of wanted: State, by name: String) -> Outcome {
        guard let standing else { return wanted == .open ? .already(nil) : .changed }
        let now = standing.state
        if wanted == now {
            return wanted == .open || now.isOver || hasSaid(wanted, name) ? .already(standing) : .joined(standing)
        }
        if wanted == .open || now == .open { return .changed }
        // "It was none" may turn out when all is cleared; the other way round somebody has to open it again first.
        if now.isOver { return now == .cleared && wanted == .falseAlarm ? .changed : .refused(standing) }
        guard wanted.rank < now.rank else { return .changed }
        return hasSaid(wanted, name) || standing.by == name ? .already(standing) : .joined(standing)
    }

    /// Whether this person has said so since it was last open.
    private func hasSaid(_ state: State, _ name: String) -> Bool {
        let opened = steps.lastIndex { $0.action == .state(.open) }.map { $0 + 1 } ?? 0
        return steps[opened...].contains { $0.action == .state(state) && $0.author.name == name }
    }

    /// How far an incident must be so that an escalation need not go out.
    public enum Milestone: String, Hashable, Sendable, Codable, CaseIterable {
        /// Somebody cares, wherever they are.
        case acknowledged
        case onTheWay = "on_the_way"
        case cleared
    }
}

extension IncidentHandling.State {
    /// What an incident that stands so has behind it.
    public var milestones: [IncidentHandling.Milestone] {
        switch self {
        case .open: []
        case .onTheWay, .clearing: [.acknowledged, .onTheWay]
        case .cleared, .falseAlarm: IncidentHandling.Milestone.allCases
        }
    }
}
