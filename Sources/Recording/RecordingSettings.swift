/// How much of what happened is kept.
public struct RecordingSettings: Hashable, Sendable, Codable {
    /// Seconds before an incident's first sign. A promise: the clip begins at the key frame at or before it.
    public var preRollSeconds: Double
    /// Seconds after its last sign.
    public var postRollSeconds: Double
    /// A clip gets no longer than this, however long the incident goes on.
    public var maxClipSeconds: Double

    public init(preRollSeconds: Double = 10, postRollSeconds: Double = 10, maxClipSeconds: Double = 300) {
        self.preRollSeconds = preRollSeconds
        self.postRollSeconds = postRollSeconds
        self.maxClipSeconds = maxClipSeconds
    }
}
