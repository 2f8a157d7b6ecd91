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
    public var phase: Phase
    public var severity: Severity
    /// First sign of it, on the camera's time line.
    public var start: MediaTime
    /// Its last sign so far.
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
