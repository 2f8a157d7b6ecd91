public import Foundation

/// A followed object and how it is now.
public struct FollowView: Hashable, Sendable {
    public enum State: String, Hashable, Sendable {
        /// The camera has not shown a frame yet, or the object is looked for.
        case waiting
        case present, lost
        /// No longer followed.
        case removed
    }

    public var object: FollowedObject
    public var state: State
    /// The track that shows it, while the daemon runs.
    public var track: TrackID?
    public var createdAt: Date
    public var createdBy: String
    public var lastSeenAt: Date?

    public init(
        object: FollowedObject, state: State, track: TrackID? = nil, createdAt: Date, createdBy: String,
        lastSeenAt: Date? = nil
    ) {
        self.object = object
        self.state = state
        self.track = track
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.lastSeenAt = lastSeenAt
    }
}
