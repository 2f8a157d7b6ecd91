import Foundation

/// The `.json` beside a clip: what was seen in it, readable without the database.
public struct ClipSidecar: Hashable, Sendable, Codable {
    public static let currentVersion = 1

    public var version: Int
    public var clip: ClipID
    public var camera: CameraID
    /// Time of day of the clip's first frame.
    public var startDate: Date
    public var durationSeconds: Double
    public var frameSize: FrameSize
    public var zones: [Zone]
    public var incidents: [Incident]
    /// The text of each incident, in the order of `incidents`.
    public var texts: [String]
    /// Tracks on the clip's time: `seconds` counts from its first frame.
    public var tracks: [Track]

    public init(
        clip: ClipID, camera: CameraID, startDate: Date, durationSeconds: Double, frameSize: FrameSize, zones: [Zone],
        incidents: [Incident], texts: [String], tracks: [Track]
    ) {
        version = Self.currentVersion
        self.clip = clip
        self.camera = camera
        self.startDate = startDate
        self.durationSeconds = durationSeconds
        self.frameSize = frameSize
        self.zones = zones
        self.incidents = incidents
        self.texts = texts
        self.tracks = tracks
    }
}
