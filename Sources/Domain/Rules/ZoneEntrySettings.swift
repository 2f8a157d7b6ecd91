/// `zone_entry`: something comes into a zone and is there for a moment.
public struct ZoneEntrySettings: Hashable, Sendable, Codable {
    public var name: String
    /// Names of zones; empty: all of `zoneKinds`.
    public var zones: [String]
    /// Which kinds of zones, where no names are given.
    public var zoneKinds: [Zone.Kind]
    /// Smallest height in the picture: what is smaller is no person and no vehicle.
    public var minHeight: LengthThreshold
    /// How long its foot must be inside, in seconds, ≥ 0.
    public var minSeconds: Double
    /// A part of combinations only, no incident by itself.
    public var isPartOnly: Bool
    public var policy: RulePolicy
    /// Only these cameras; empty: all.
    public var cameras: [CameraID] = []

    public init(
        name: String, zones: [String] = [], zoneKinds: [Zone.Kind] = [],
        minHeight: LengthThreshold = LengthThreshold(metres: 0.8, pictureHeights: 0.08), minSeconds: Double = 0.5,
        isPartOnly: Bool = false, policy: RulePolicy = RulePolicy()
    ) {
        self.name = name
        self.zones = zones
        self.zoneKinds = zoneKinds
        self.minHeight = minHeight
        self.minSeconds = minSeconds
        self.isPartOnly = isPartOnly
        self.policy = policy
    }
}
