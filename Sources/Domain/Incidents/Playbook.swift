/// What is to be done about some incidents, and whom to call.
public struct Playbook: Hashable, Sendable {
    /// A line of the check list.
    public struct Step: Hashable, Sendable {
        /// Names the line, too: of one text there is one.
        public var text: String
        /// Who or what it takes: "first aider", "two people".
        public var needs: String?

        public init(_ text: String, needs: String? = nil) {
            self.text = text
            self.needs = needs
        }
    }

    public struct Contact: Hashable, Sendable {
        public var name: String
        /// As it is dialled.
        public var phone: String?
        /// When or what for to call.
        public var note: String?

        public init(name: String, phone: String? = nil, note: String? = nil) {
            self.name = name
            self.phone = phone
            self.note = note
        }
    }

    public var name: String
    /// Empty: all cameras; kinds and zones alike.
    public var cameras: Set<CameraID>
    public var kinds: Set<IncidentKind>
    public var zones: Set<String>
    public var minSeverity: Severity
    public var steps: [Step]
    public var contacts: [Contact]

    public init(
        name: String, cameras: Set<CameraID> = [], kinds: Set<IncidentKind> = [], zones: Set<String> = [],
        minSeverity: Severity = .low, steps: [Step] = [], contacts: [Contact] = []
    ) {
        self.name = name
        self.cameras = cameras
        self.kinds = kinds
        self.zones = zones
        self.minSeverity = minSeverity
        self.steps = steps
        self.contacts = contacts
    }

    /// Whether it is meant for this incident.
    public func fits(_ incident: Incident) -> Bool {
        incident.fits(cameras: cameras, kinds: kinds, zones: zones, minSeverity: minSeverity)
    }
}

extension [Playbook] {
    /// The first that fits counts.
    public func first(for incident: Incident) -> Playbook? { first { $0.fits(incident) } }
}

extension IncidentHandling {
    /// The check list with what was ticked. Of a line that was taken out of the playbook since the tick stays.
    public func checkList(_ playbook: Playbook?) -> [(line: Playbook.Step, tick: Step?)] {
        var rest = ticks
        let lines = (playbook?.steps ?? []).map { ($0, rest.removeValue(forKey: $0.text)) }
        return lines + rest.values.sorted { $0.id < $1.id }.map { (Playbook.Step($0.action.text), $0) }
    }
}
