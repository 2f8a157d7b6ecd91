import Domain
import Foundation
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
    ///   - values: Parameters in the configuration's spelling with the values to try; empty: the rule's numbers, each at
    ///     0.7, 1 and 1.4 times what it is, one at a time.
    /// - Throws: ``TuningError``.
    public init(rule: String, values: [(parameter: String, values: [Double])], base: RuleSettings) throws {
        let keys = try Self.object(base)
        guard let kind = IncidentKind(rawValue: rule), let numbers = keys[Self.camel(rule)] as? [String: Any],
            Self.numbers(numbers).isEmpty == false
        else {
            let known = IncidentKind.allCases.map(\.rawValue).filter { keys[Self.camel($0)] is [String: Any] }
            throw TuningError.unknownRule(rule, known: known.sorted())
        }
        self.kind = kind
        let known = Self.numbers(numbers)
        let optional = Self.optionalNumbers(base, rule: Self.camel(rule))
        for (parameter, _) in values
        where known[Self.camel(parameter)] == nil && !optional.contains(Self.camel(parameter)) {
            throw TuningError.unknownParameter(
                parameter, known: (Array(known.keys) + optional).map(Self.snake).sorted())
        }
        var points: [Point] = []
        func add(_ chosen: [(parameter: String, value: Double)]) throws {
            var all = keys
            var changed = numbers
            for (parameter, value) in chosen { changed[Self.camel(parameter)] = value }
            changed["enabled"] = true
            all[Self.camel(rule)] = changed
            let data = try JSONSerialization.data(withJSONObject: all)
            points.append(Point(values: chosen, settings: try JSONDecoder().decode(RuleSettings.self, from: data)))
        }
        if values.isEmpty {
            try add([])
            for (key, value) in known.sorted(by: { $0.key < $1.key }) {
                for factor in [0.7, 1.4] { try add([(Self.snake(key), value * factor)]) }
            }
        } else {
            let count = values.map(\.values.count).reduce(1, *)
            guard count <= Self.maxCombinations else { throw TuningError.tooManyCombinations(count) }
            var chosen: [[(parameter: String, value: Double)]] = [[]]
            for (parameter, list) in values {
                chosen = chosen.flatMap { begun in list.map { begun + [(parameter, $0)] } }
            }
            for combination in chosen { try add(combination) }
        }
        self.points = points
    }

    private static func object(_ settings: RuleSettings) throws -> [String: Any] {
        let data = try JSONEncoder().encode(settings)
        return (try JSONSerialization.jsonObject(with: data) as? [String: Any]) ?? [:]
    }

    /// The plain numbers among a rule's parameters.
    private static func numbers(_ object: [String: Any]) -> [String: Double] {
        object.compactMapValues { value in
            guard let number = value as? NSNumber, !(value is Bool) else { return nil }
            return number.doubleValue
        }.filter { $0.key != "enabled" && !$0.key.hasSuffix("Counts") }
    }

    /// Numbers that a site may give and that have no default: those in pixels, mostly.
    private static func optionalNumbers(_ settings: RuleSettings, rule: String) -> [String] {
        guard let section = Mirror(reflecting: settings).children.first(where: { $0.label == rule }) else { return [] }
        return Mirror(reflecting: section.value).children.compactMap { child in
            guard let name = child.label, type(of: child.value) == Double?.self, child.value as? Double == nil else {
                return nil
            }
            return name
        }
    }

    static func camel(_ snake: String) -> String {
        let parts = snake.split(separator: "_").map(String.init)
        return (parts.first ?? "") + parts.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    static func snake(_ camel: String) -> String {
        camel.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
    }
}
