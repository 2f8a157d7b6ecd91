public import Domain
public import Foundation
public import Storage

/// What the pages ask of the store.
public protocol IncidentPages: Sendable {
    /// The incident behind a link's token; nil when the token is unknown or has expired.
    func incident(token: String) async throws -> Incident?
    /// The clips that show an incident, oldest first.
    func clips(of incident: IncidentID) async throws -> [Clip]
    /// Who has taken care of it; nil: nobody yet.
    func acknowledgement(of incident: IncidentID) async throws -> Acknowledgement?
    /// Somebody takes care of it; the first one counts.
    @discardableResult
    func acknowledge(_ incident: IncidentID, by: String, at date: Date) async throws -> Bool
}

extension IncidentPages {
    public func acknowledgement(of incident: IncidentID) async throws -> Acknowledgement? { nil }

    public func acknowledge(_ incident: IncidentID, by: String, at date: Date) async throws -> Bool { false }
}

extension Store: IncidentPages {
    public func incident(token: String) async throws -> Incident? { try await perform { try $0.incident(token: token) } }

    public func clips(of incident: IncidentID) async throws -> [Clip] {
        try await perform { try $0.clips(of: incident) }
    }

    public func acknowledgement(of incident: IncidentID) async throws -> Acknowledgement? {
        try await perform { try $0.acknowledgement(of: incident) }
    }

    public func acknowledge(_ incident: IncidentID, by: String, at date: Date) async throws -> Bool {
        try await perform { try $0.acknowledge(incident, by: by, at: date) }
    }
}
