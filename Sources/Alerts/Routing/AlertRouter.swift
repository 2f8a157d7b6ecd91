public import Domain
public import Foundation
import Storage

/// Decides who gets a message about an incident. Pure: what it knows of the past comes from the history it is given.
public struct AlertRouter: Hashable, Sendable {
    public var destinations: [AlertDestination]
    /// After a message about a camera and kind was *sent* to a recipient, another incident of that kind there is not
    /// announced to the same recipient for so long. A message that is only planned or was refused starts nothing.
    public var coolDownSeconds: Double
    /// So many messages about incidents within `floodSeconds` are enough for a recipient: what follows goes into one
    /// summary that is sent after `floodSeconds`.
    public var floodMessages: Int
    public var floodSeconds: Double
    /// In which shifts are meant.
    public var timeZone: TimeZone

    public init(
        destinations: [AlertDestination], coolDownSeconds: Double = 60, floodMessages: Int = 5,
        floodSeconds: Double = 600, timeZone: TimeZone = .current
    ) {
        self.destinations = destinations
        self.coolDownSeconds = coolDownSeconds
        self.floodMessages = floodMessages
        self.floodSeconds = floodSeconds
        self.timeZone = timeZone
    }

    /// The messages to send about `event`: one for each recipient who is told of it when it is new, with escalations that
    /// wait; later steps only for programs that follow incidents.
    public func plan(
        _ event: IncidentEvent, words: AlertWords, history: any AlertHistory, now: Date
    ) throws -> [PlannedAlert] {
        let incident = event.incident
        // Who does a drill wants to see it arrive.
        let isSnoozed = try !incident.isDrill && history.snoozes(at: now).contains { $0.covers(incident) }
        var planned: [PlannedAlert] = []
        for destination in destinations where destination.takes(incident) && isAtWork(destination, now) {
            let recipients = try destination.recipients.resolved(seeing: incident.camera, history)
            if destination.followsIncidents {
                let text = words.document(try history.before(), isSnoozed)
                for recipient in recipients
                where !planned.contains(where: { $0.channel == destination.channel && $0.recipient == recipient }) {
                    planned.append(
                        PlannedAlert(
                            channel: destination.channel, recipient: recipient, text: text, purpose: event.step))
                }
                continue
            }
            guard case .new = event, !isSnoozed, incident.alerting != .silent else { continue }
            for recipient in recipients {
                let alert = try announcement(
                    incident, to: recipient, of: destination, planned, words, history: history, now: now)
                guard let alert else { continue }
                planned.append(alert)
                if alert.purpose == .incident {
                    try add(destination.escalations, of: incident, to: &planned, words, history: history, now: now)
                }
            }
        }
        return planned
    }

    /// - Returns: Nil when the recipient is told already, or was told of the same lately.
    private func announcement(
        _ incident: Incident, to recipient: String, of destination: AlertDestination, _ planned: [PlannedAlert],
        _ words: AlertWords, history: any AlertHistory, now: Date
    ) throws -> PlannedAlert? {
        let channel = destination.channel
        func isHere(_ alert: PlannedAlert) -> Bool {
            alert.channel == channel && alert.recipient == recipient && [.incident, .summary].contains(alert.purpose)
        }
        if planned.contains(where: isHere) { return nil }
        if try history.isPlanned(incident: incident.id, channel: channel, recipient: recipient) { return nil }
        if incident.isDrill { return PlannedAlert(channel: channel, recipient: recipient, text: words.incident) }
        let lastSent = try history.lastSent(
            camera: incident.camera, kind: incident.kind, channel: channel, recipient: recipient)
        if let lastSent, isCoolingDown(since: lastSent, now) { return nil }
        let held = try history.heldBack(channel: channel, recipient: recipient)
        let count = try history.plannedCount(
            channel: channel, recipient: recipient, since: now.addingTimeInterval(-floodSeconds))
        guard !held.isEmpty || count >= floodMessages else {
            return PlannedAlert(channel: channel, recipient: recipient, text: words.incident)
        }
        return PlannedAlert(
            channel: channel, recipient: recipient, text: words.summary(held + [incident]), purpose: .summary,
            dueAt: now.addingTimeInterval(floodSeconds))
    }

    private func add(
        _ escalations: [AlertDestination.Escalation], of incident: Incident, to planned: inout [PlannedAlert],
        _ words: AlertWords, history: any AlertHistory, now: Date
    ) throws {
        for (index, step) in escalations.enumerated() {
            for recipient in try step.recipients.resolved(seeing: incident.camera, history) {
                let purpose = AlertPurpose.escalation(index + 1)
                let isHere = planned.contains {
                    $0.channel == step.channel && $0.recipient == recipient && $0.purpose == purpose
                }
                if isHere { continue }
                planned.append(
                    PlannedAlert(
                        channel: step.channel, recipient: recipient, text: words.escalation(step.unless),
                        purpose: purpose,
                        dueAt: now.addingTimeInterval(step.afterSeconds), unless: step.unless))
            }
        }
    }

    private func isAtWork(_ destination: AlertDestination, _ now: Date) -> Bool {
        destination.shift?.contains(now, in: timeZone) ?? true
    }

    private func isCoolingDown(since lastSent: Date, _ now: Date) -> Bool {
        let elapsed = now.timeIntervalSince(lastSent)
        // A negative one means that the clock was set back: better one message too many than none for hours.
        return elapsed >= 0 && elapsed < coolDownSeconds
    }
}

extension IncidentEvent {
    /// The step's purpose for those who follow incidents; updates are numbered by the outbox.
    fileprivate var step: AlertPurpose {
        switch self {
        case .new: .incident
        case .update: .update(1)
        case .end: .end
        }
    }
}

/// Who gets a channel's messages.
public enum AlertRecipients: Hashable, Sendable, ExpressibleByArrayLiteral {
    /// Numbers, addresses, chats.
    case named([String])
    /// The devices on which these accounts want to be told, whichever those are then; nil: every account's.
    case devices(of: Set<String>?)

    /// The channel is its own recipient, which is an empty text: a webhook.
    public static let itself = AlertRecipients.named([""])

    public init(arrayLiteral elements: String...) { self = .named(elements) }

    /// - Parameter camera: What the message is about; nil: the whole installation. People with rights to some cameras are
    ///   told of no other.
    func resolved(seeing camera: CameraID?, _ history: any AlertHistory) throws -> [String] {
        switch self {
        case .named(let recipients): recipients
        case .devices(let accounts): try history.devices(of: accounts, seeing: camera)
        }
    }

    /// The same, outside a transaction.
    func resolved(seeing camera: CameraID?, _ store: StoreAccess) throws -> [String] {
        switch self {
        case .named(let recipients): recipients
        case .devices(let accounts): try store.pushRecipients(of: accounts, seeing: camera)
        }
    }
}

/// A channel, those who get messages through it, and which incidents they are told of.
public struct AlertDestination: Hashable, Sendable {
    /// Who is told next when an incident has not got far enough.
    public struct Escalation: Hashable, Sendable {
        public var channel: String
        public var recipients: AlertRecipients
        /// After the incident was announced.
        public var afterSeconds: Double
        /// How far it must be then.
        public var unless: IncidentHandling.Milestone

        public init(
            channel: String, recipients: AlertRecipients, afterSeconds: Double,
            unless: IncidentHandling.Milestone = .acknowledged
        ) {
            self.channel = channel
            self.recipients = recipients
            self.afterSeconds = afterSeconds
            self.unless = unless
        }
    }

    /// The channel's name in the configuration.
    public var channel: String
    public var recipients: AlertRecipients
    /// Empty: all cameras.
    public var cameras: Set<CameraID>
    /// Empty: all kinds.
    public var kinds: Set<IncidentKind>
    /// Names of zones; empty: all.
    public var zones: Set<String>
    public var minSeverity: Severity
    /// When they are at work; nil: always.
    public var shift: Shift?
    /// Gets every step of an incident as a document, whatever cools down or is snoozed: for programs.
    public var followsIncidents: Bool
    public var escalations: [Escalation]

    public init(
        channel: String, recipients: AlertRecipients = .itself, cameras: Set<CameraID> = [],
        kinds: Set<IncidentKind> = [],
        zones: Set<String> = [], minSeverity: Severity = .low, shift: Shift? = nil, followsIncidents: Bool = false,
        escalations: [Escalation] = []
    ) {
        self.channel = channel
        self.recipients = recipients
        self.cameras = cameras
        self.kinds = kinds
        self.zones = zones
        self.minSeverity = minSeverity
        self.shift = shift
        self.followsIncidents = followsIncidents
        self.escalations = escalations
    }

    /// Whether these recipients are told of the incident, whatever the hour.
    public func takes(_ incident: Incident) -> Bool {
        incident.fits(cameras: cameras, kinds: kinds, zones: zones, minSeverity: minSeverity)
    }
}

/// What the router's messages say; made only when one is planned.
public struct AlertWords: Sendable {
    /// About a new incident.
    public var incident: String
    /// That it has not got so far.
    public var escalation: @Sendable (IncidentHandling.Milestone) -> String
    /// About many incidents, oldest first.
    public var summary: @Sendable ([Incident]) -> String
    /// A step for programs.
    public var document: @Sendable (_ before: Incident?, _ isSnoozed: Bool) -> String

    public init(
        incident: String, escalation: (@Sendable (IncidentHandling.Milestone) -> String)? = nil,
        summary: @escaping @Sendable ([Incident]) -> String = { "\($0.count)" },
        document: (@Sendable (_ before: Incident?, _ isSnoozed: Bool) -> String)? = nil
    ) {
        self.incident = incident
        self.escalation = escalation ?? { _ in incident }
        self.summary = summary
        self.document = document ?? { _, _ in incident }
    }
}
