import Domain

/// A marked object with the track that shows it at present.
public struct MarkedObject: Hashable, Sendable {
    public var object: FollowedObject
    public var track: TrackID

    public init(object: FollowedObject, track: TrackID) {
        self.object = object
        self.track = track
    }
}
