public import Domain
public import Storage

/// What the pages ask of the store.
public protocol IncidentPages: Sendable {
    /// The incident behind a link's token; nil when the token is unknown or has expired.
    func incident(token: String) throws -> Incident?
    /// The clips that show an incident, oldest first.
    func clips(of incident: IncidentID) throws -> [Clip]
}

extension Store: IncidentPages {}
