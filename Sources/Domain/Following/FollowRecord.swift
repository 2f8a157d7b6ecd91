public import Foundation

/// A followed object as it is kept over restarts: with the picture that was clicked and the mask that was chosen, so that
/// it can be found again. Never a network's memory: another version of the network could not read it.
public struct FollowRecord: Hashable, Sendable {
    public var object: FollowedObject
    public var createdAt: Date
    public var createdBy: String
    public var lastSeenAt: Date?
    /// The picture of the last prompt, as JPEG.
    public var picture: Data
    /// The object in that picture.
    public var mask: Mask?

    public init(
        object: FollowedObject, createdAt: Date, createdBy: String, lastSeenAt: Date? = nil, picture: Data, mask: Mask?
    ) {
        self.object = object
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.lastSeenAt = lastSeenAt
        self.picture = picture
        self.mask = mask
    }
}
