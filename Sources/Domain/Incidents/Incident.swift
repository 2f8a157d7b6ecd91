import Foundation

/// Something that happened before one camera.
public struct Incident: Hashable, Sendable, Codable {
    /// Where in its life an incident is.
    public enum Phase: String, Sendable, Codable {
        /// It has been confirmed and still goes on.
        case ongoing
        case ended
    }

    public var id: IncidentID
    public var camera: CameraID
    /// The kind that was confirmed first.
    public var kind: IncidentKind
    /// All kinds seen in it, the primary one first.
    public var kinds: [IncidentKind]
    /// Whether it still goes on. With it `stage` follows.
    public var phase: Phase {
        // What is over no longer says that it grew, as in the database: it reads back equal.
        didSet { if phase == .ended, lastStage == .growing { lastStage = .confirmed } }
    }
    public var severity: Severity
    /// The last stage that the phase doesn't tell: anything but `ended`.
    private var lastStage = IncidentStage.confirmed
    /// The site's name of the rule or combination that fired first; nil for rules without a name.
    public var ruleName: String?
    /// How loud it is; decided when it is confirmed.
    public var alerting = IncidentAlerting.alarm
    /// With `alerting` `.summary` or `.silent` by the rule's budget: until when it stays silent.
    public var quietUntilDate: Date?
    /// Earlier ids of incidents that turned out to be this one: links to them lead here.
    public var aliases: [IncidentID] = []
    /// Set on an incident that turned out to be part of an earlier one, which goes on under that id.
    public var mergedInto: IncidentID?
    /// What the language model said about its frames; nil without verification.
    public var verification: VerificationAnswer?
    /// First detection of it, on the camera's time line.
    public var start: MediaTime
    /// Its last detection so far.
    public var end: MediaTime
    /// When it was confirmed.
    public var confirmed: MediaTime
    /// Time of day of `start`, `end` and `confirmed`.
    public var startDate: Date
    public var endDate: Date
    public var confirmedDate: Date
    /// All that it covered so far, in pixels of a picture of `frameSize`.
    public var region: Region
    public var frameSize: FrameSize
    public var facts: IncidentFacts
    public var evidence: [Evidence]
    /// Tracks it was judged on.
    public var tracks: [TrackID]

    public init(
        id: IncidentID, camera: CameraID, kind: IncidentKind, phase: Phase = .ongoing, severity: Severity,
        start: MediaTime, end: MediaTime, confirmed: MediaTime, startDate: Date, endDate: Date, confirmedDate: Date,
        region: Region, frameSize: FrameSize, facts: IncidentFacts = IncidentFacts(), evidence: [Evidence] = [],
        tracks: [TrackID] = []
    ) {
        self.id = id
        self.camera = camera
        self.kind = kind
        kinds = [kind]
        self.phase = phase
        self.severity = severity
        self.start = start
        self.end = end
        self.confirmed = confirmed
        self.startDate = startDate
        self.endDate = endDate
        self.confirmedDate = confirmedDate
        self.region = region
        self.frameSize = frameSize
        self.facts = facts
        self.evidence = evidence
        self.tracks = tracks
    }
}

extension Incident {
    /// How far its life has got; follows from ``phase`` except that a candidate and a reviewed incident stay so when they
    /// end. Setting it sets the phase where it says something about that: what has ended stays so.
    public var stage: IncidentStage {
        get {
            switch lastStage {
            case .candidate, .reviewed: lastStage
            case .confirmed, .growing, .ended: phase == .ended ? .ended : lastStage
            }
        }
        set {
            if newValue == .ended {
                phase = .ended
                lastStage = .confirmed
            } else {
                lastStage = phase == .ended && newValue == .growing ? .confirmed : newValue
            }
        }
    }

    /// Who asks for a drill: an incident that goes the whole way, is told as a test and says nothing about the site.
    public static let drillOrigin = "drill"

    /// Whether it is a drill.
    public var isDrill: Bool { facts.triggeredBy == Self.drillOrigin }

    /// Whether it is one that a route or a playbook means; what is empty means all.
    /// - Parameter zones: Names; an incident is in the zone where it came to rest and in the one from which it came.
    public func fits(
        cameras: Set<CameraID>, kinds: Set<IncidentKind>, zones: Set<String>, minSeverity: Severity
    ) -> Bool {
        let places = [facts.zoneName, facts.fromZoneName].compactMap(\.self)
        return (cameras.isEmpty || cameras.contains(camera))
            && (kinds.isEmpty || self.kinds.contains(where: kinds.contains))
            && (zones.isEmpty || places.contains(where: zones.contains)) && severity >= minSeverity
    }
}

// MARK: - JSON

extension Incident {
    private enum CodingKeys: String, CodingKey {
        case id, camera, kind, kinds, phase, severity, stage, ruleName, alerting, quietUntilDate, aliases, mergedInto
        case verification = "secondLook"
        case start, end, confirmed, startDate, endDate, confirmedDate, region, frameSize, facts, evidence
        case tracks
    }

    /// Sidecars of earlier versions lack the younger keys.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            id: try values.decode(IncidentID.self, forKey: .id),
            camera: try values.decode(CameraID.self, forKey: .camera),
            kind: try values.decode(IncidentKind.self, forKey: .kind),
            phase: try values.decode(Phase.self, forKey: .phase),
            severity: try values.decode(Severity.self, forKey: .severity),
            start: try values.decode(MediaTime.self, forKey: .start),
            end: try values.decode(MediaTime.self, forKey: .end),
            confirmed: try values.decode(MediaTime.self, forKey: .confirmed),
            startDate: try values.decode(Date.self, forKey: .startDate),
            endDate: try values.decode(Date.self, forKey: .endDate),
            confirmedDate: try values.decode(Date.self, forKey: .confirmedDate),
            region: try values.decode(Region.self, forKey: .region),
            frameSize: try values.decode(FrameSize.self, forKey: .frameSize),
            facts: try values.decode(IncidentFacts.self, forKey: .facts),
            evidence: try values.decode([Evidence].self, forKey: .evidence),
            tracks: try values.decode([TrackID].self, forKey: .tracks))
        kinds = try values.decode([IncidentKind].self, forKey: .kinds)
        stage = try values.decodeIfPresent(IncidentStage.self, forKey: .stage) ?? .confirmed
        ruleName = try values.decodeIfPresent(String.self, forKey: .ruleName)
        alerting = try values.decodeIfPresent(IncidentAlerting.self, forKey: .alerting) ?? .alarm
        quietUntilDate = try values.decodeIfPresent(Date.self, forKey: .quietUntilDate)
        aliases = try values.decodeIfPresent([IncidentID].self, forKey: .aliases) ?? []
        mergedInto = try values.decodeIfPresent(IncidentID.self, forKey: .mergedInto)
        verification = try values.decodeIfPresent(VerificationAnswer.self, forKey: .verification)
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(id, forKey: .id)
        try values.encode(camera, forKey: .camera)
        try values.encode(kind, forKey: .kind)
        try values.encode(kinds, forKey: .kinds)
        try values.encode(phase, forKey: .phase)
        try values.encode(severity, forKey: .severity)
        try values.encode(stage, forKey: .stage)
        try values.encodeIfPresent(ruleName, forKey: .ruleName)
        try values.encode(alerting, forKey: .alerting)
        try values.encodeIfPresent(quietUntilDate, forKey: .quietUntilDate)
        try values.encode(aliases, forKey: .aliases)
        try values.encodeIfPresent(mergedInto, forKey: .mergedInto)
        try values.encodeIfPresent(verification, forKey: .verification)
        try values.encode(start, forKey: .start)
        try values.encode(end, forKey: .end)
        try values.encode(confirmed, forKey: .confirmed)
        try values.encode(startDate, forKey: .startDate)
        try values.encode(endDate, forKey: .endDate)
        try values.encode(confirmedDate, forKey: .confirmedDate)
        try values.encode(region, forKey: .region)
        try values.encode(frameSize, forKey: .frameSize)
        try values.encode(facts, forKey: .facts)
        try values.encode(evidence, forKey: .evidence)
        try values.encode(tracks, forKey: .tracks)
    }
}

/// The stations of an incident's life, in order.
public enum IncidentStage: String, Hashable, Sendable, Codable, CaseIterable {
    /// A rule suspects it. Candidates are neither stored nor announced.
    case candidate
    /// A rule is sure.
    case confirmed
    /// It goes on: spreads, moves or shows another kind.
    case growing
    case ended
    /// A person has looked at it.
    case reviewed
}

/// How loud an incident is. It is recorded in any case.
public enum IncidentAlerting: String, Hashable, Sendable, Codable, CaseIterable {
    /// People are told.
    case alarm
    /// The first one beyond the rule's budget of alarms: one message that says that further ones will be silent until
    /// ``Incident/quietUntilDate``.
    case summary
    /// Nobody is told.
    case silent
}

/// Measured facts about an incident that a text may state. Nil is unknown: a text leaves it out.
public struct IncidentFacts: Hashable, Sendable, Codable {
    /// How far something fell, in metres; only where the camera has a scale.
    public var dropMetres: Double?
    /// How far something fell in the picture.
    public var dropPixels: Double?
    /// Floor covered by a liquid; only where the camera has a scale.
    public var areaSquareMetres: Double?
    /// Part of the picture covered, 0 to 1.
    public var areaFraction: Double?
    /// Name and kind of the zone in which it came to rest or spreads.
    public var zoneName: String?
    public var zoneKind: Zone.Kind?
    /// Name of the zone it came from (a rack).
    public var fromZoneName: String?
    public var fromZoneKind: Zone.Kind?

    /// Floor that a liquid covers more each second; m²/s only where the camera has a scale, else part of the picture/s.
    public var growthSquareMetresPerSecond: Double?
    public var growthFractionPerSecond: Double?
    /// How long something has stood where it was left, or stood before it was taken, in seconds.
    public var stoodSeconds: Double?
    /// How many parts of a stack came down.
    public var parts: Int?
    /// The marked object, as people call it, and what became of it.
    public var objectID: FollowedObjectID?
    public var objectName: String?
    public var condition: FollowedObject.Condition?
    /// Why somebody asked for the recording, and who or what did; only where no rule saw anything.
    public var reason: String?
    public var triggeredBy: String?

    public init() {}
}
