public import Foundation

/// An object that a person marked before one camera, and about which they want to be told.
public struct FollowedObject: Hashable, Sendable, Codable {
    /// What about it makes an incident, `marked_object_moved`.
    public enum Condition: String, Hashable, Sendable, Codable, CaseIterable {
        /// It no longer stands where it stood.
        case moves
        /// It leaves the zone in which it stood when it was marked.
        case leavesZone = "leaves_zone"
        /// It comes down as in free fall.
        case falls
        /// It can no longer be seen.
        case disappears
    }

    public var id: FollowedObjectID
    public var camera: CameraID
    /// As people call it; may be empty.
    public var name: String
    /// What was clicked or drawn, in order: the first began it, the others corrected it.
    public var prompts: [GivenPrompt]
    /// Where it was seen last, in pixels of a picture of `frameSize`; nil before the first mask.
    public var lastRegion: Region?
    public var frameSize: FrameSize
    public var conditions: Set<Condition>

    /// - Parameter conditions: empty follows it without telling anything.
    public init(
        id: FollowedObjectID, camera: CameraID, name: String = "", prompts: [GivenPrompt] = [],
        lastRegion: Region? = nil, frameSize: FrameSize,
        conditions: Set<Condition> = Set(Condition.allCases)
    ) {
        self.id = id
        self.camera = camera
        self.name = name
        self.prompts = prompts
        self.lastRegion = lastRegion
        self.frameSize = frameSize
        self.conditions = conditions
    }

    private enum CodingKeys: String, CodingKey { case id, camera, name, prompts, lastRegion, frameSize, conditions }

    /// Conditions in a fixed order, so that equal objects have equal JSON.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(camera, forKey: .camera)
        try container.encode(name, forKey: .name)
        try container.encode(prompts, forKey: .prompts)
        try container.encodeIfPresent(lastRegion, forKey: .lastRegion)
        try container.encode(frameSize, forKey: .frameSize)
        try container.encode(Condition.allCases.filter(conditions.contains), forKey: .conditions)
    }
}

/// A prompt with the frame that it was given on.
public struct GivenPrompt: Hashable, Sendable, Codable {
    /// In pixels of a picture of `frameSize`.
    public var prompt: Prompt
    /// The frame's moment on the camera's time line, and its time of day.
    public var time: MediaTime
    public var date: Date
    public var frameSize: FrameSize

    public init(prompt: Prompt, time: MediaTime, date: Date, frameSize: FrameSize) {
        self.prompt = prompt
        self.time = time
        self.date = date
        self.frameSize = frameSize
    }
}

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
