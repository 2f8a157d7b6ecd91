public import Domain

/// How sensitive a rule is before one camera: how large, far and fast something must be there.
public enum RuleSensitivity: Hashable, Sendable {
    /// The rule is off there.
    case off
    /// 2 reports what is half as large or fast as the rule's thresholds say, 0.5 only what is twice as large or fast.
    case factor(Double)

    /// What a factor may be.
    public static let factors = 0.25...4.0

    /// The values of a rule that change, by key.
    func changes(
        to values: [String: ParameterValue], by rule: RuleDescription
    ) -> [String: ParameterValue] {
        switch self {
        case .off: return ["enabled": .flag(false)]
        case .factor(let factor):
            return Dictionary(
                rule.magnitudes.compactMap { parameter in
                    values[parameter.key].map { (parameter.key, Self.scaled($0, parameter, by: factor)) }
                }, uniquingKeysWith: { first, _ in first })
        }
    }

    private static func scaled(
        _ value: ParameterValue, _ parameter: ParameterDescription, by factor: Double
    ) -> ParameterValue {
        switch (value, parameter.form) {
        case (.number(let number), .number(let range)):
            return .number(min(range.upperBound, max(range.lowerBound, number / factor)))
        case (.length(var length), _):
            length.metres = length.metres.map { $0 / factor }
            length.pictureHeights /= factor
            length.pixels = length.pixels.map { $0 / factor }
            return .length(length)
        default: return value
        }
    }
}

// MARK: - What would have been reported

extension RuleSettings {
    /// The least factor at which a rule would still have reported an incident, by the sizes and speeds that it measured; 0 where
    /// it measured none of them. The values that hold for all cameras count, as they are now.
    ///
    /// What was measured is what there was when the rule fired: a spill that went on to grow might have been reported later.
    public func leastFactor(for evidence: [Evidence], of rule: RuleRegistry.Entry) -> Double {
        let values = rule.values(self)
        let magnitudes = Dictionary(rule.description.magnitudes.map { ($0.key, $0) }) { first, _ in first }
        return evidence.reduce(0) { least, evidence in
            guard evidence.kind == nil || evidence.kind == rule.description.kind, evidence.measured > 0,
                magnitudes[evidence.parameter] != nil
            else { return least }
            let threshold: Double? =
                switch values[evidence.parameter] {
                case .number(let number): number
                case .length(let length):
                    evidence.unit.hasPrefix("px")
                        ? length.pixels : evidence.unit.hasPrefix("m") ? length.metres : length.pictureHeights
                default: nil
                }
            return max(least, (threshold ?? evidence.threshold) / evidence.measured)
        }
    }
}

extension RuleDescription {
    /// The thresholds of how large, far or fast something must be; those of time, shape, likeness and acceleration are none.
    public var magnitudes: [ParameterDescription] {
        parameters.filter { parameter in
            guard parameter.fires == .atLeast else { return false }
            if case .length(let per) = parameter.form { return per != .secondSquared }
            return parameter.use != .always && !parameter.unit.words.hasSuffix(ParameterUnit.Per.secondSquared.words)
        }
    }
}
