public import Domain

/// What the router's messages say; made only when one is planned.
public struct AlertWords: Sendable {
    /// About a new incident.
    public var incident: String
    /// That nobody has acknowledged it.
    public var escalation: @Sendable () -> String
    /// About many incidents, oldest first.
    public var summary: @Sendable ([Incident]) -> String
    /// A step for programs.
    public var document: @Sendable (_ before: Incident?, _ isSnoozed: Bool) -> String

    public init(
        incident: String, escalation: (@Sendable () -> String)? = nil,
        summary: @escaping @Sendable ([Incident]) -> String = { "\($0.count)" },
        document: (@Sendable (_ before: Incident?, _ isSnoozed: Bool) -> String)? = nil
    ) {
        self.incident = incident
        self.escalation = escalation ?? { incident }
        self.summary = summary
        self.document = document ?? { _, _ in incident }
    }
}
