public import Domain

/// A channel, those who get messages through it, and which incidents they are told of.
public struct AlertDestination: Hashable, Sendable {
    /// Who is told next when nobody has acknowledged.
    public struct Escalation: Hashable, Sendable {
        public var channel: String
        public var recipients: [String]
        /// After the incident was announced.
        public var afterSeconds: Double

        public init(channel: String, recipients: [String], afterSeconds: Double) {
            self.channel = channel
            self.recipients = recipients
            self.afterSeconds = afterSeconds
        }
    }

    /// The channel's name in the configuration.
    public var channel: String
    /// Telephone numbers; one empty recipient where the channel is its own (a webhook).
    public var recipients: [String]
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
        channel: String, recipients: [String] = [""], cameras: Set<CameraID> = [], kinds: Set<IncidentKind> = [],
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
        let places = [incident.facts.zoneName, incident.facts.fromZoneName].compactMap { $0 }
        return (cameras.isEmpty || cameras.contains(incident.camera))
            && (kinds.isEmpty || incident.kinds.contains(where: kinds.contains))
            && (zones.isEmpty || places.contains(where: zones.contains))
            && incident.severity >= minSeverity
    }
}
