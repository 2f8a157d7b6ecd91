/// The observations of a stretch of video as a file: what rules are tested and explained on, without the video.
/// JSON, versioned; written by `watch --record`, read by the tests.
public struct SceneRecording: Hashable, Sendable, Codable {
    public static let currentVersion = 1

    public var version: Int
    public var framesPerSecond: Double
    public var zones: [Zone]
    /// In order of time.
    public var observations: [SceneObservation]

    public init(framesPerSecond: Double, zones: [Zone], observations: [SceneObservation]) {
        version = Self.currentVersion
        self.framesPerSecond = framesPerSecond
        self.zones = zones
        self.observations = observations
    }
}
