/// How loud an incident is. It is recorded in any case.
public enum IncidentAlerting: String, Hashable, Sendable, Codable, CaseIterable {
    /// People are told.
    case alarm
    /// The first one beyond the rule's budget of alarms: one message that says that further ones will be silent until
    /// ``Incident/quietUntilDate``.
    case summary
    /// Nobody is told.
    case silent
}
