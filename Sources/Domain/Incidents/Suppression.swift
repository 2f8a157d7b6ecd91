import Foundation

/// A person's "this is no incident": one rule is silent at one place for a time. Undone by removing it.
public struct Suppression: Hashable, Sendable, Codable, Identifiable {
    /// From the store; 0 before it was stored.
    public var id: Int64
    public var camera: CameraID
    /// Nil: every rule.
    public var kind: IncidentKind?
    /// Nil: every rule of `kind`; else only the rule or combination of this name.
    public var ruleName: String?
    /// Nil: the whole picture. In pixels of a picture of `frameSize`.
    public var region: Region?
    public var frameSize: FrameSize
    public var createdDate: Date
    public var untilDate: Date
    /// Who said so: a user's name, `api`, `cli`.
    public var by: String
    /// The incident that was meant.
    public var incident: IncidentID?

    public init(
        id: Int64 = 0, camera: CameraID, kind: IncidentKind? = nil, ruleName: String? = nil, region: Region? = nil,
        frameSize: FrameSize = FrameSize(width: 0, height: 0), createdDate: Date, untilDate: Date, by: String,
        incident: IncidentID? = nil
    ) {
        self.id = id
        self.camera = camera
        self.kind = kind
        self.ruleName = ruleName
        self.region = region
        self.frameSize = frameSize
        self.createdDate = createdDate
        self.untilDate = untilDate
        self.by = by
        self.incident = incident
    }

    /// The suppression that a person means who says of `incident` that it is none: its first kind, at its place.
    public init(of incident: Incident, from now: Date, until: Date, by: String) {
        self.init(
            camera: incident.camera, kind: incident.kind, ruleName: incident.ruleName, region: incident.region,
            frameSize: incident.frameSize, createdDate: now, untilDate: until, by: by, incident: incident.id)
    }

    public func isActive(at date: Date) -> Bool { date >= createdDate && date < untilDate }

    /// Whether a detection at `place` of a picture of `size` is of the kind, the rule and the place that are meant: the centre
    /// lies inside, or a third of the two rectangles is common.
    public func covers(kind: IncidentKind, ruleName: String?, place: Region, in size: FrameSize, at date: Date) -> Bool
    {
        guard isActive(at: date), self.kind == nil || self.kind == kind,
            self.ruleName == nil || self.ruleName == ruleName
        else { return false }
        guard let region else { return true }
        let mine = frameSize.width > 0 ? region.scaled(from: frameSize, to: size) : region
        return mine.contains(place.center) || mine.iou(place) >= 1.0 / 3
    }
}
