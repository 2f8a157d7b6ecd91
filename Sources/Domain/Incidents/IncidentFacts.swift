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

    public init() {}
}
