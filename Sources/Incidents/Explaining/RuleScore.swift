import Domain

/// One measured value of one track beside its threshold, whether it fires or not.
public struct RuleScore: Hashable, Sendable, Codable {
    public var kind: IncidentKind
    /// The site's name of the rule, where it gave one.
    public var ruleName: String?
    /// Nil where the whole picture is meant.
    public var track: TrackID?
    public var parameter: String
    public var measured: Double
    public var threshold: Double
    public var unit: String
    /// Whether this value alone would let the rule fire.
    public var isMet: Bool

    public init(
        kind: IncidentKind, ruleName: String? = nil, track: TrackID? = nil, parameter: String, measured: Double,
        threshold: Double, unit: String, isMet: Bool
    ) {
        self.kind = kind
        self.ruleName = ruleName
        self.track = track
        self.parameter = parameter
        self.measured = measured
        self.threshold = threshold
        self.unit = unit
        self.isMet = isMet
    }

    init(_ evidence: Evidence, _ kind: IncidentKind, name: String? = nil, track: TrackID?, isUpperLimit: Bool = false) {
        self.init(
            kind: kind, ruleName: name, track: track, parameter: Self.key(evidence.parameter),
            measured: evidence.measured,
            threshold: evidence.threshold, unit: evidence.unit,
            isMet: isUpperLimit ? evidence.measured <= evidence.threshold : evidence.measured >= evidence.threshold)
    }

    /// A parameter as the configuration spells it.
    private static func key(_ parameter: String) -> String {
        parameter.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
    }
}
