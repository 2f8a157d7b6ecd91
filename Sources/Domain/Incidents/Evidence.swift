/// One measured value that made a rule fire, beside the threshold it passed: the answer to "why did this fire?".
public struct Evidence: Hashable, Sendable, Codable {
    /// The rule that measured it: an incident can have several kinds. Nil in what earlier versions wrote.
    public var kind: IncidentKind?
    /// The parameter's name in the configuration, for example `minDropPixels`.
    public var parameter: String
    public var measured: Double
    public var threshold: Double
    /// `px`, `m`, `s`, `px/s2`, …; empty for a ratio.
    public var unit: String

    public init(
        parameter: String, measured: Double, threshold: Double, unit: String, kind: IncidentKind? = nil
    ) {
        self.kind = kind
        self.parameter = parameter
        self.measured = measured
        self.threshold = threshold
        self.unit = unit
    }
}
