/// How much of what happened is kept.
public struct RecordingSettings: Hashable, Sendable, Codable {
    /// Seconds before an incident's first sign. A promise: the clip begins at the key frame at or before it.
    public var preRollSeconds: Double
    /// Seconds after its last sign.
    public var postRollSeconds: Double
    /// A clip gets no longer than this, however long the incident goes on.
    public var maxClipSeconds: Double
    /// While disk or database fail, each recording keeps at most so many bytes of packets in memory; then the oldest go.
    public var maxHeldBytes = 256 << 20
    /// How long to wait before a failed disk or database is tried again.
    public var retrySeconds = 2.0
    /// How long an incident waits for its pre-roll to be on disk; when the disk takes longer, the message goes first.
    public var patienceSeconds = 1.0
    /// A disk that has not answered for so long hangs, and the clip goes on elsewhere.
    public var hangSeconds = 10.0

    public init(preRollSeconds: Double = 10, postRollSeconds: Double = 10, maxClipSeconds: Double = 300) {
        self.preRollSeconds = preRollSeconds
        self.postRollSeconds = postRollSeconds
        self.maxClipSeconds = maxClipSeconds
    }
}
