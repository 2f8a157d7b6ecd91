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
