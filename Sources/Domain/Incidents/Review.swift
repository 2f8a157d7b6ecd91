/// What a person said about an incident after looking at it; as the database spells it.
public enum Review: String, Hashable, Sendable, Codable, CaseIterable {
    /// It happened.
    case confirmed
    /// A false alarm.
    case notAnIncident = "not_an_incident"
    /// Kept as an example to learn from.
    case training
}
