import Domain
import Hummingbird

/// The rules and what they can be set to: what forms are made from, and how a measured value is explained.
struct RuleRoutes: Sendable {
    let api: APIRouter

    private struct List: Encodable {
        var rules: [RuleView]
    }

    private struct RuleView: Encodable {
        var kind: IncidentKind
        var sentence: String
        var listed: Bool
        var schema: Schema

        init(_ rule: RuleDescription) {
            kind = rule.kind
            sentence = rule.sentence
            listed = rule.isListed
            schema = Schema(rule)
        }
    }

    /// JSON Schema (2020-12) of a rule's section, with what it has no words for under `x-`.
    private struct Schema: Encodable {
        var type = "object"
        var description: String
        var properties: [String: Property]
        /// The keys in the order in which a person reads them.
        var order: [String]

        enum CodingKeys: String, CodingKey {
            case type, description, properties
            case order = "x-order"
        }

        init(_ rule: RuleDescription) {
            description = rule.sentence
            properties = Dictionary(rule.parameters.map { ($0.key, Property($0)) }) { first, _ in first }
            order = rule.parameters.map(\.key)
        }
    }

    private struct Property: Encodable {
        var type: String
        var description: String
        var usual: Value?
        var minimum: Double?
        var maximum: Double?
        var pattern: String?
        /// In words, for people.
        var unit: String?
        var fires: ThresholdDirection?
        var use: String

        enum CodingKeys: String, CodingKey {
            case type, description, minimum, maximum, pattern
            case usual = "default"
            case unit = "x-unit"
            case fires = "x-fires"
            case use = "x-use"
        }

        init(_ parameter: ParameterDescription) {
            description = parameter.sentence
            usual = parameter.defaultText.map { text in
                switch parameter.defaultValue {
                case .flag(let flag): .flag(flag)
                case .number(let number): .number(number)
                case .length, nil: .text(text)
                }
            }
            fires = parameter.fires
            use = parameter.use.rawValue
            switch parameter.form {
            case .flag: type = "boolean"
            case .number(let range):
                type = "number"
                minimum = range.lowerBound
                maximum = range.upperBound
                unit = parameter.unit.words
            case .length(let per):
                type = "string"
                pattern = "^ *[0-9.]+ *(m|%|px)\(per.words) *$"
            }
        }
    }

    private enum Value: Encodable {
        case flag(Bool), number(Double), text(String)

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .flag(let flag): try container.encode(flag)
            case .number(let number): try container.encode(number)
            case .text(let text): try container.encode(text)
            }
        }
    }

    func add() {
        api.on(.get, "/rules", role: .viewer) { [rules = api.services.rules] _ in
            .json(List(rules: rules.map(RuleView.init)))
        }
    }
}
