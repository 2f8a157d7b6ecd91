/// Which detections are meant; nil fits all.
public struct DetectionPattern: Hashable, Sendable, Codable {
    public var kind: IncidentKind?
    /// The site's name of a rule.
    public var ruleName: String?
    /// Name of the zone in which it is, or from which it came.
    public var zone: String?

    public init(kind: IncidentKind? = nil, ruleName: String? = nil, zone: String? = nil) {
        self.kind = kind
        self.ruleName = ruleName
        self.zone = zone
    }
}
