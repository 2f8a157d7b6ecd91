public import Foundation

/// A message that the router decided to send, as the outbox keeps it.
public struct PlannedAlert: Hashable, Sendable, Codable {
    /// The channel's name in the configuration.
    public var channel: String
    /// A telephone number, an address, a chat; empty where the channel is its own recipient (a webhook).
    public var recipient: String
    /// The text to send; a JSON document for channels that publish those (MQTT).
    public var text: String
    public var purpose: AlertPurpose
    /// Not before this moment; nil: at once. Until then it holds up no other message of its recipient.
    public var dueAt: Date?
    /// Of an escalation: how far the incident must be then so that it need not go out.
    public var unless: IncidentHandling.Milestone?

    public init(
        channel: String, recipient: String, text: String, purpose: AlertPurpose = .incident, dueAt: Date? = nil,
        unless: IncidentHandling.Milestone? = nil
    ) {
        self.channel = channel
        self.recipient = recipient
        self.text = text
        self.purpose = purpose
        self.dueAt = dueAt
        self.unless = unless
    }
}

/// Why a message goes out. Together with its subject, channel and recipient it makes the idempotency key.
public enum AlertPurpose: Hashable, Sendable, Codable {
    /// The one message about a new incident.
    case incident
    /// A later step of an incident, only for channels that follow it (MQTT). Counts from 1.
    case update(Int)
    /// The incident is over; only for channels that follow it.
    case end
    /// The incident has not got far enough in time. Counts from 1.
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
    /// What is said back to somebody who has answered.
    case reply

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
        case .reply: "reply"
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
        case "reply": self = .reply
        default: return nil
        }
    }
}

/// What the router may ask about the past, inside the transaction that plans the alerts.
public protocol AlertHistory {
    /// When a message about this camera and kind was last *sent* (not merely planned) to the recipient of the channel.
    func lastSent(camera: CameraID, kind: IncidentKind, channel: String, recipient: String) throws -> Date?
    /// Whether a message about this incident is already planned or sent there.
    func isPlanned(incident: IncidentID, channel: String, recipient: String) throws -> Bool
    /// How many messages about new incidents were planned for the recipient since that moment and not refused.
    func plannedCount(channel: String, recipient: String, since: Date) throws -> Int
    /// The incidents that wait in the recipient's summary, oldest first; empty when none is open.
    func heldBack(channel: String, recipient: String) throws -> [Incident]
    /// The incident as it was before this step; nil when it is new.
    func before() throws -> Incident?
    /// The snoozes that are active now.
    func snoozes(at date: Date) throws -> [Snooze]
    /// The devices on which accounts want to be told, as recipients; see ``PushDevice``.
    /// - Parameters:
    ///   - accounts: Nil: of every account.
    ///   - camera: Only those of accounts that see it; nil: of accounts that see every camera.
    func devices(of accounts: Set<String>?, seeing camera: CameraID?) throws -> [String]
}

extension AlertHistory {
    public func plannedCount(channel: String, recipient: String, since: Date) throws -> Int { 0 }
    public func heldBack(channel: String, recipient: String) throws -> [Incident] { [] }
    public func before() throws -> Incident? { nil }
    public func snoozes(at date: Date) throws -> [Snooze] { [] }
    public func devices(of accounts: Set<String>?, seeing camera: CameraID?) throws -> [String] { [] }
}
