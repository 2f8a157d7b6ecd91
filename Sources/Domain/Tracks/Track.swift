/// Something followed through one epoch of a camera, with its history. The form of tracks in a clip's sidecar.
public struct Track: Hashable, Sendable, Codable {
    public enum Origin: String, Sendable, Codable {
        /// The gate saw it move or appear.
        case motion
        /// A person prompted it.
        case prompt
    }

    public var id: TrackID
    public var origin: Origin
    /// In order of time.
    public var samples: [TrackSample]

    public init(id: TrackID, origin: Origin, samples: [TrackSample] = []) {
        self.id = id
        self.origin = origin
        self.samples = samples
    }
}
