public import Foundation

/// Puts everything about an incident into one file.
public protocol IncidentArchive: Sendable {
    /// - Returns: A ZIP file that the caller deletes when it has been sent.
    /// - Throws: ``PortFailure``.
    func makeArchive(of incident: IncidentID, by: String) async throws -> URL
}
