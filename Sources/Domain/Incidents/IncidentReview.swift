public import Foundation

/// What a person said about an incident, with who and when.
public struct IncidentReview: Hashable, Sendable, Codable {
    /// Nil: taken back.
    public var review: Review?
    public var note: String
    public var by: String
    public var at: Date

    public init(review: Review?, note: String = "", by: String, at: Date) {
        self.review = review
        self.note = note
        self.by = by
        self.at = at
    }
}

/// What a person said about an incident after looking at it; as the database spells it.
public enum Review: String, Hashable, Sendable, Codable, CaseIterable {
    /// It happened.
    case confirmed
    /// A false alarm.
    case notAnIncident = "not_an_incident"
    /// Kept as an example to learn from.
    case training
}
