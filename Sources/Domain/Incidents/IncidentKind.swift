/// What happened, as labels, texts, topics and the database spell it.
public enum IncidentKind: String, Hashable, Sendable, Codable, CaseIterable {
    case fallingObject = "falling_object"
    case spill
}
