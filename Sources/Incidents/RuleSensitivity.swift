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
