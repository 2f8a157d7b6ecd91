/// One track in one frame.
public struct TrackObservation: Hashable, Sendable, Codable {
    public enum Phase: Hashable, Sendable, Codable {
        /// Seen for the first time.
        case appeared
        /// Seen again.
        case continued
        /// Not seen in this frame; `sample` is the last one. It may return.
        case lost
        /// Will not return; `sample` is the last one.
        case ended
    }

    public var id: TrackID
    public var origin: Track.Origin
    public var phase: Phase
    public var sample: TrackSample

    public init(id: TrackID, origin: Track.Origin, phase: Phase, sample: TrackSample) {
        self.id = id
        self.origin = origin
        self.phase = phase
        self.sample = sample
    }
}
