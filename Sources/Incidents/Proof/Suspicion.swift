public import Domain

/// Something that the rules about motion detected, and that is to be proven before it becomes an incident.
///
/// Motion only suspects: blobs of changed pixels merge, split and flicker. What has happened is told by the way of the thing
/// itself; see ``Proof``.
public struct Suspicion: Hashable, Sendable, Codable, Identifiable {
    /// Motion decides alone when no proof has come for so long, in seconds: people must be told in time.
    public static let patienceSeconds = 3.0

    public let id: Int
    public let kind: IncidentKind
    /// Seconds on the epoch's media time: when the event began and when it had ended, as far as motion tells.
    public let startSeconds: Double
    public let endSeconds: Double
    /// The frame at which it was suspected.
    public let time: MediaTime
    public let frameSize: FrameSize
    /// Where all of it happened, in pixels.
    public let region: Region
    /// Where what came to rest lies now.
    public let restRegion: Region
    /// Where the blob that was judged was in the frames before, in order of time.
    public let blobs: [Blob]

    /// The track under which the way of the thing is kept, once it has been followed back: beyond all that are numbered from
    /// one on.
    public var pathTrack: TrackID { TrackID(rawValue: 1_000_000_000 + id) }

    /// The blob in one frame.
    public struct Blob: Hashable, Sendable, Codable {
        public let seconds: Double
        public let region: Region
    }
}

/// What the network found of a suspicion.
public enum Proof: Sendable {
    /// The thing was followed back.
    case path(RetracedPath)
    /// A person was followed.
    case body(BodyPath)
    /// Nothing could be asked: no network, no frames, no time. Motion decides alone.
    case none(reason: String)
}
