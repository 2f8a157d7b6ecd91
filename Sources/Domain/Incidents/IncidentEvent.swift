/// A step in an incident's life, as the rules announce it.
public enum IncidentEvent: Hashable, Sendable {
    /// Confirmed just now.
    case new(Incident)
    /// Grew, moved or got another kind.
    case update(Incident)
    /// Over; nothing more follows.
    case end(Incident)

    public var incident: Incident {
        switch self {
        case .new(let incident), .update(let incident), .end(let incident): incident
        }
    }

    /// `new`, `update` or `end`, as in JSON output and topics.
    public var type: String {
        switch self {
        case .new: "new"
        case .update: "update"
        case .end: "end"
        }
    }
}
