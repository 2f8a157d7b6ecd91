/// Measured facts about an incident that a text may state. Nil is unknown: a text leaves it out.
public struct IncidentFacts: Hashable, Sendable, Codable {
    /// How far something fell, in metres; only where the camera has a scale.
    public var dropMetres: Double?
    /// How far something fell in the picture.
    public var dropPixels: Double?
    /// Floor covered by a liquid; only where the camera has a scale.
    public var areaSquareMetres: Double?
    /// Part of the picture covered, 0 to 1.
    public var areaFraction: Double?
    /// Name and kind of the zone in which it came to rest or spreads.
    public var zoneName: String?
    public var zoneKind: Zone.Kind?
    /// Name of the zone it came from (a rack).
    public var fromZoneName: String?
    public var fromZoneKind: Zone.Kind?

    /// Floor that a liquid covers more each second; m²/s only where the camera has a scale, else part of the picture/s.
    public var growthSquareMetresPerSecond: Double?
    public var growthFractionPerSecond: Double?
    /// How long something has stood where it was left, or stood before it was taken, in seconds.
    public var stoodSeconds: Double?
    /// How many parts of a stack came down.
    public var parts: Int?
    /// The marked object, as people call it, and what became of it.
    public var objectID: FollowedObjectID?
    public var objectName: String?
    public var condition: FollowedObject.Condition?
    /// Why somebody asked for the recording, and who or what did; only where no rule saw anything.
    public var reason: String?
    public var triggeredBy: String?

    public init() {}
}
