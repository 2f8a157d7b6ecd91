import Domain
public import Incidents

/// All combinations of some values of a rule's parameters, on top of settings.
public struct TuningGrid: Sendable {
    public static let maxCombinations = 2000

    /// One combination.
    public struct Point: Sendable {
        /// In the order of the grid's parameters, as the configuration spells them.
        public var values: [(parameter: String, value: Double)]
        public var settings: RuleSettings
    }

    public let kind: IncidentKind
    public let points: [Point]

    /// - Parameters:
    ///   - rule: As the configuration spells it.
    ///   - values: Parameters in the configuration's spelling with the values to try; empty: the rule's numbers, each
    ///     at 0.7, 1 and 1.4 times what it is, one at a time.
    /// - Throws: ``TuningError``.
    public init(
        rule: String, values: [(parameter: String, values: [Double])], base: RuleSettings,
        registry: RuleRegistry = .standard
    ) throws(TuningError) {
        let rules = registry.entries.filter { !$0.description.isListed }
        guard let entry = rules.first(where: { $0.description.kind.rawValue == rule }) else {
            throw .unknownRule(rule, known: rules.map(\.description.kind.rawValue).sorted())
        }
        let parameters = entry.description.parameters.filter { $0.form != .flag }
        for (parameter, _) in values where !parameters.contains(where: { $0.key == parameter }) {
            throw .unknownParameter(parameter, known: parameters.map(\.key).sorted())
        }
        let present = entry.values(base)
        var points: [Point] = []
        func add(_ chosen: [(parameter: String, value: Double)]) {
            var given: [String: ParameterValue] = ["enabled": .flag(true)]
            for (key, value) in chosen { given[key] = Self.value(value, like: present[key]) }
            var settings = base
            entry.set(&settings, given)
            points.append(Point(values: chosen, settings: settings))
        }
        if values.isEmpty {
            add([])
            for parameter in parameters {
                guard let value = present[parameter.key].flatMap(Self.number) else { continue }
                for factor in [0.7, 1.4] { add([(parameter.key, value * factor)]) }
            }
        } else {
            let count = values.map(\.values.count).reduce(1, *)
            guard count <= Self.maxCombinations else { throw .tooManyCombinations(count) }
            var chosen: [[(parameter: String, value: Double)]] = [[]]
            for (parameter, list) in values {
                chosen = chosen.flatMap { begun in list.map { begun + [(parameter, $0)] } }
            }
            for combination in chosen { add(combination) }
        }
        kind = entry.description.kind
        self.points = points
    }

    /// The number to vary; of a length with its unit the one that counts first.
    private static func number(_ value: ParameterValue) -> Double? {
        switch value {
        case .flag, .text, .texts, .line: nil
        case .number(let number): number
        case .length(let length): length.pixels ?? length.metres ?? length.pictureHeights
        }
    }

    /// A number in the form, and in the unit, of the present value.
    private static func value(_ number: Double, like present: ParameterValue?) -> ParameterValue {
        guard case .length(var length) = present else { return .number(number) }
        if length.pixels != nil {
            length.pixels = number
        } else if length.metres != nil {
            length.metres = number
        } else {
            length.pictureHeights = number
        }
        return .length(length)
    }
}

/// Why a grid can't be run, in words that say what to do.
public enum TuningError: Error, Hashable, Sendable, CustomStringConvertible {
    case unknownRule(String, known: [String])
    case unknownParameter(String, known: [String])
    case refusedValue(String, parameter: String)
    case tooManyCombinations(Int)

    public var description: String {
        switch self {
        case .unknownRule(let name, let known):
            "there is no rule \"\(name)\" to tune; rules: \(known.joined(separator: ", "))"
        case .unknownParameter(let name, let known):
            "the rule has no number \"\(name)\"; numbers: \(known.joined(separator: ", "))"
        case .refusedValue(let value, let parameter):
            "\(parameter) can't be \"\(value)\": write numbers with commas between"
        case .tooManyCombinations(let count):
            "\(count) combinations are too many; at most \(TuningGrid.maxCombinations): leave out values or parameters"
        }
    }
}
