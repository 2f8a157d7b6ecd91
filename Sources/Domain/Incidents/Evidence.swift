/// One measured value that made a rule fire, beside the threshold it passed: the answer to "why did this fire?".
public struct Evidence: Hashable, Sendable {
    /// The rule that measured it: an incident can have several kinds. Nil in what early versions wrote.
    public var kind: IncidentKind?
    /// The parameter's key in the configuration, for example `min_drop_pixels`.
    public var parameter: String
    public var measured: Double
    public var threshold: Double
    /// `px`, `m`, `s`, `px/s2`, …; empty for a ratio.
    public var unit: String
    /// On which side of the threshold the value lets the rule fire.
    public var direction: ThresholdDirection

    public init(
        parameter: String, measured: Double, threshold: Double, unit: String, kind: IncidentKind? = nil,
        direction: ThresholdDirection = .atLeast
    ) {
        self.kind = kind
        self.parameter = parameter
        self.measured = measured
        self.threshold = threshold
        self.unit = unit
        self.direction = direction
    }
}

extension Evidence: Codable {
    private enum CodingKeys: CodingKey {
        case kind, parameter, measured, threshold, unit, direction
    }

    /// Also what earlier versions wrote: `minDropMetres` for `min_drop_metres`, and no direction.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let kind = try container.decodeIfPresent(IncidentKind.self, forKey: .kind)
        var parameter = try container.decode(String.self, forKey: .parameter)
        // Of a combination it is the name that the site gave a rule.
        if kind != .combination { parameter = Self.key(earlier: parameter) }
        self.init(
            parameter: parameter, measured: try container.decode(Double.self, forKey: .measured),
            threshold: try container.decode(Double.self, forKey: .threshold),
            unit: try container.decode(String.self, forKey: .unit), kind: kind,
            direction: try container.decodeIfPresent(ThresholdDirection.self, forKey: .direction)
                ?? Self.direction(earlier: parameter, kind))
    }

    /// The configuration's key for a parameter as earlier versions spelled it.
    private static func key(earlier parameter: String) -> String {
        parameter.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
    }

    /// Of the parameters that there were when none was written.
    private static func direction(earlier key: String, _ kind: IncidentKind?) -> ThresholdDirection {
        let atMost = ["covered_contrast_ratio", "blurred_sharpness_ratio", "turned_similarity"]
        return key.hasPrefix("max_") || atMost.contains(key) || kind == .combination ? .atMost : .atLeast
    }
}
