public import Domain
public import Foundation
public import Storage

/// What the pages ask of the store.
public protocol IncidentPages: Sendable {
    /// The incident behind a link's token; nil when the token is unknown or has expired.
    func incident(token: String) throws -> Incident?
    /// The clips that show an incident, oldest first.
    func clips(of incident: IncidentID) throws -> [Clip]
    /// Who has taken care of it; nil: nobody yet.
    func acknowledgement(of incident: IncidentID) throws -> Acknowledgement?
    /// Somebody takes care of it; the first one counts.
    @discardableResult
    func acknowledge(_ incident: IncidentID, by: String, at date: Date) throws -> Bool
}

extension IncidentPages {
    public func acknowledgement(of incident: IncidentID) throws -> Acknowledgement? { nil }

    public func acknowledge(_ incident: IncidentID, by: String, at date: Date) throws -> Bool { false }
}

extension Store: IncidentPages {}
