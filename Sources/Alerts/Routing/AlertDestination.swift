public import Domain

/// A channel, those who get messages through it, and which incidents they are told of.
public struct AlertDestination: Hashable, Sendable {
    /// The channel's name in the configuration.
    public var channel: String
    /// Telephone numbers; one empty recipient where the channel is its own (a webhook).
    public var recipients: [String]
    /// Empty: all cameras.
    public var cameras: Set<CameraID>
    /// Empty: all kinds.
    public var kinds: Set<IncidentKind>
    public var minSeverity: Severity

    public init(
        channel: String, recipients: [String] = [""], cameras: Set<CameraID> = [], kinds: Set<IncidentKind> = [],
        minSeverity: Severity = .low
    ) {
        self.channel = channel
        self.recipients = recipients
        self.cameras = cameras
        self.kinds = kinds
        self.minSeverity = minSeverity
    }

    /// Whether these recipients are told of the incident.
    public func takes(_ incident: Incident) -> Bool {
        (cameras.isEmpty || cameras.contains(incident.camera))
            && (kinds.isEmpty || incident.kinds.contains(where: kinds.contains))
            && incident.severity >= minSeverity
    }
}
