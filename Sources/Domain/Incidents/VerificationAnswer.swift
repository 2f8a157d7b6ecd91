import Foundation

/// What a vision-language model said about an incident's frames. It describes; it decides only where the site chose to
/// wait for it.
public struct VerificationAnswer: Hashable, Sendable, Codable {
    public var happened: Bool
    /// One or two sentences, without control characters, at most ``maxDescriptionLength`` characters.
    public var description: String
    public var severity: Severity
    /// The model's name, as configured.
    public var model: String
    public var answeredDate: Date

    public static let maxDescriptionLength = 400

    public init(happened: Bool, description: String, severity: Severity, model: String, answeredDate: Date) {
        self.happened = happened
        self.description = description
        self.severity = severity
        self.model = model
        self.answeredDate = answeredDate
    }
}
