/// A rule as forms and documents show it.
public struct RuleDescription: Hashable, Sendable {
    /// Its kind is also its key in the configuration.
    public let kind: IncidentKind
    /// What it looks for, in one sentence.
    public let sentence: String
    /// Whether a site writes as many as it likes, each with a name.
    public let isListed: Bool
    public let parameters: [ParameterDescription]

    public init(kind: IncidentKind, sentence: String, isListed: Bool, parameters: [ParameterDescription]) {
        self.kind = kind
        self.sentence = sentence
        self.isListed = isListed
        self.parameters = parameters
    }
}
