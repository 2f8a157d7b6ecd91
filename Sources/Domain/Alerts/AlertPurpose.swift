/// Why a message goes out. Together with its subject, channel and recipient it makes the idempotency key.
public enum AlertPurpose: Hashable, Sendable, Codable {
    /// The one message about a new incident.
    case incident
    /// A later step of an incident, only for channels that follow it (MQTT). Counts from 1.
    case update(Int)
    /// The incident is over; only for channels that follow it.
    case end
    /// Nobody has acknowledged the incident. Counts from 1.
    case escalation(Int)
    /// One message for many incidents.
    case summary
    /// Something is wrong with the installation.
    case notice
    /// It is right again.
    case cleared
    /// The daily sign of life.
    case allWell
    /// Somebody tries a channel.
    case test

    /// The word in the database and in documents.
    public var name: String {
        switch self {
        case .incident: "incident"
        case .update: "update"
        case .end: "end"
        case .escalation: "escalation"
        case .summary: "summary"
        case .notice: "notice"
        case .cleared: "cleared"
        case .allWell: "all_well"
        case .test: "test"
        }
    }

    /// Which of several; 0 where there is one.
    public var number: Int {
        switch self {
        case .update(let number), .escalation(let number): number
        default: 0
        }
    }

    /// - Returns: nil when there is no such purpose.
    public init?(name: String, number: Int) {
        switch name {
        case "incident": self = .incident
        case "update": self = .update(number)
        case "end": self = .end
        case "escalation": self = .escalation(number)
        case "summary": self = .summary
        case "notice": self = .notice
        case "cleared": self = .cleared
        case "all_well": self = .allWell
        case "test": self = .test
        default: return nil
        }
    }
}
