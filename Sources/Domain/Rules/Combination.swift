/// Several detections that together are an incident of their own.
public struct Combination: Hashable, Sendable, Codable {
    public var name: String
    public var condition: Condition
    /// How far apart the detections may be, in seconds, > 0.
    public var withinSeconds: Double
    public var severity: Severity
    public var policy: RulePolicy
    /// Only these cameras; empty: all.
    public var cameras: [CameraID] = []

    public init(
        name: String, condition: Condition, withinSeconds: Double = 10, severity: Severity = .medium,
        policy: RulePolicy = RulePolicy()
    ) {
        self.name = name
        self.condition = condition
        self.withinSeconds = withinSeconds
        self.severity = severity
        self.policy = policy
    }
}
