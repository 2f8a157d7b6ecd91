public import Domain

/// One measured value of one track beside its threshold, whether it fires or not.
public struct RuleScore: Hashable, Sendable {
    public var kind: IncidentKind
    /// The site's name of the rule, where it gave one.
    public var ruleName: String?
    /// Nil where the whole picture is meant.
    public var track: TrackID?
    /// As the configuration spells it.
    public var parameter: String
    public var measured: Double
    public var threshold: Double
    public var unit: String
    public var direction: ThresholdDirection

    /// Whether this value alone would let the rule fire.
    public var isMet: Bool { direction.isMet(measured, threshold) }

    public init(_ evidence: Evidence, _ kind: IncidentKind, name: String? = nil, track: TrackID?) {
        self.kind = kind
        ruleName = name
        self.track = track
        parameter = evidence.parameter
        measured = evidence.measured
        threshold = evidence.threshold
        unit = evidence.unit
        direction = evidence.direction
    }

    /// Whether it says more for its rule than another value of the same parameter.
    public func isNearer(than other: RuleScore) -> Bool {
        guard isMet == other.isMet else { return isMet }
        return direction == .atLeast ? measured > other.measured : measured < other.measured
    }
}
