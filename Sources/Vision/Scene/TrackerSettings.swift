/// How changed parts of the picture become tracks.
public struct TrackerSettings: Hashable, Sendable {
    /// Tracks followed at once; further blobs wait until one ends.
    public var maxTracks = 48
    /// A track that moved is given up after it was not seen for this long, in seconds.
    public var lostSeconds = 1.0
    /// A pixel that did not change for this long belongs to something at rest, in seconds.
    public var settleSeconds = 0.6
    /// How far beyond its predicted place a track is looked for, in its own sizes per 0.1 s.
    public var reach = 1.5

    public init() {}
}
