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
        /// One of the keys must be given; of several each is enough.
        var required: [String]?
        var anyOf: [Needed]?
        /// The keys in the order in which a person reads them.
        var order: [String]

        struct Needed: Encodable {
            var required: [String]
        }

        enum CodingKeys: String, CodingKey {
            case type, description, properties, required, anyOf
            case order = "x-order"
        }

        init(_ rule: RuleDescription) {
            description = rule.sentence
            properties = Dictionary(rule.parameters.map { ($0.key, Property($0)) }) { first, _ in first }
            order = rule.parameters.map(\.key)
            if rule.needed.count == 1 { required = rule.needed }
            if rule.needed.count > 1 { anyOf = rule.needed.map { Needed(required: [$0]) } }
        }
    }

    private struct Property: Encodable {
        var type: String
        var description: String
        var usual: Value?
        var minimum: Double?
        var maximum: Double?
        var pattern: String?
        var words: [String]?
        var items: Items?
        var minItems: Int?
        var maxItems: Int?
        /// In words, for people.
        var unit: String?
        var fires: ThresholdDirection?
        var use: String

        enum CodingKeys: String, CodingKey {
            case type, description, minimum, maximum, pattern, items, minItems, maxItems
            case words = "enum"
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
                case .texts(let texts): .texts(texts)
                case .length, .text, .line, nil: .text(text)
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
            case .choice(let words):
                type = "string"
                self.words = words
            case .choices(let words):
                type = "array"
                items = Items(type: "string", words: words)
            case .zones:
                type = "array"
                items = Items(type: "string")
            case .line:
                type = "array"
                items = Items(type: "array", items: [Items(type: "number", minimum: 0, maximum: 1)])
                (minItems, maxItems) = (2, 2)
            }
        }
    }

    /// What a list holds.
    private struct Items: Encodable {
        var type: String
        var words: [String]?
        var minimum: Double?
        var maximum: Double?
        /// At most one: what a list in the list holds, which is a point then.
        var items: [Items] = []

        enum CodingKeys: String, CodingKey {
            case type, minimum, maximum, items, minItems, maxItems
            case words = "enum"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(type, forKey: .type)
            try container.encodeIfPresent(words, forKey: .words)
            try container.encodeIfPresent(minimum, forKey: .minimum)
            try container.encodeIfPresent(maximum, forKey: .maximum)
            if let inner = items.first {
                try container.encode(inner, forKey: .items)
                try container.encode(2, forKey: .minItems)
                try container.encode(2, forKey: .maxItems)
            }
        }
    }

    private enum Value: Encodable {
        case flag(Bool), number(Double), text(String), texts([String])

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .flag(let flag): try container.encode(flag)
            case .number(let number): try container.encode(number)
            case .text(let text): try container.encode(text)
            case .texts(let texts): try container.encode(texts)
            }
        }
    }

    func add() {
        api.on(.get, "/rules", role: .viewer, compresses: true) { [rules = api.services.rules] _ in
            .json(List(rules: rules.map(RuleView.init)), keys: .useDefaultKeys)
        }
    }
}
