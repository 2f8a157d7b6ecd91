public import Foundation

/// Somebody has seen an incident and takes care of it: nothing escalates any more.
public struct Acknowledgement: Hashable, Sendable, Codable {
    public var incident: IncidentID
    /// A user's name, `link` for the page behind an alert's link, or `cli`.
    public var by: String
    public var at: Date

    public init(incident: IncidentID, by: String, at: Date) {
        self.incident = incident
        self.by = by
        self.at = at
    }
}
