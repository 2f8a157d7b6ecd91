/// The stations of an incident's life, in order.
public enum IncidentStage: String, Hashable, Sendable, Codable, CaseIterable {
    /// A rule suspects it. Candidates are neither stored nor announced.
    case candidate
    /// A rule is sure.
    case confirmed
    /// It goes on: spreads, moves or shows another kind.
    case growing
    case ended
    /// A person has looked at it.
    case reviewed
}
