import Foundation

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
