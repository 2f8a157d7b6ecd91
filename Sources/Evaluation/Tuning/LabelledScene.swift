public import Domain

/// A labelled clip as the tracker saw it: what rules can be run over again and again without the video.
public struct LabelledScene: Sendable {
    public var name: String
    /// In the clip's pixels; nil where nothing happens.
    public var expected: IncidentLabel.Expected?
    public var zones: [Zone]
    public var size: FrameSize
    public var observations: [SceneObservation]

    public init(
        name: String, expected: IncidentLabel.Expected?, zones: [Zone], size: FrameSize,
        observations: [SceneObservation]
    ) {
        self.name = name
        self.expected = expected
        self.zones = zones
        self.size = size
        self.observations = observations
    }
}
