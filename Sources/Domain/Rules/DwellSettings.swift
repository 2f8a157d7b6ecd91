/// `dwell`: something that came by itself stays in a zone.
public struct DwellSettings: Hashable, Sendable, Codable {
    public var name: String
    /// Names of zones; empty: all of `zoneKinds`, and the whole picture when both are empty.
    public var zones: [String]
    public var zoneKinds: [Zone.Kind]
    public var minHeight: LengthThreshold
    /// How long it must stay, in seconds, > 0.
    public var minSeconds: Double
    public var isPartOnly: Bool
    public var policy: RulePolicy
    /// Only these cameras; empty: all.
    public var cameras: [CameraID] = []

    public init(
        name: String, zones: [String] = [], zoneKinds: [Zone.Kind] = [],
        minHeight: LengthThreshold = LengthThreshold(metres: 0.8, pictureHeights: 0.08), minSeconds: Double = 60,
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
