/// On which side of its threshold a measured value must lie for a rule to fire.
public enum ThresholdDirection: String, Hashable, Sendable, Codable, CaseIterable {
    case atLeast = "at_least"
    case atMost = "at_most"

    public func isMet(_ measured: Double, _ threshold: Double) -> Bool {
        switch self {
        case .atLeast: measured >= threshold
        case .atMost: measured <= threshold
        }
    }
}

/// What a parameter is measured in.
public struct ParameterUnit: Hashable, Sendable {
    /// What the unit is taken by: a length per second is a speed, per second squared an acceleration.
    public enum Per: Hashable, Sendable {
        case one, second, secondSquared

        public var words: String {
            switch self {
            case .one: ""
            case .second: "/s"
            case .secondSquared: "/s²"
            }
        }
        public var symbol: String { self == .secondSquared ? "/s2" : words }
    }

    /// As messages, forms and documents name it: `seconds`, `m/s²`; empty for a ratio.
    public let words: String
    /// As evidence and the API name it: `s`, `m/s2`; empty for a ratio.
    public let symbol: String

    public init(words: String, symbol: String) {
        self.words = words
        self.symbol = symbol
    }

    /// A number without a unit.
    public static let ratio = ParameterUnit(words: "", symbol: "")
    public static let seconds = ParameterUnit(words: "seconds", symbol: "s")
    public static let partOfPicture = ParameterUnit(words: "part of the picture", symbol: "")
    public static let squareMetres = ParameterUnit(words: "m²", symbol: "m2")
    /// Of brightness, 0 to 255.
    public static let luma = ParameterUnit(words: "of 255", symbol: "")

    public static func metres(per: Per = .one) -> ParameterUnit {
        ParameterUnit(words: per == .one ? "metres" : "m" + per.words, symbol: "m" + per.symbol)
    }
    public static func pictureHeights(per: Per = .one) -> ParameterUnit {
        ParameterUnit(words: "picture heights" + per.words, symbol: "picture heights" + per.symbol)
    }
    public static func pixels(per: Per = .one) -> ParameterUnit {
        ParameterUnit(words: "pixels" + per.words, symbol: "px" + per.symbol)
    }
}

/// What a parameter can be set to.
public enum ParameterValue: Hashable, Sendable {
    case flag(Bool)
    case number(Double)
    /// A length with its unit, as in `0.8 m`, `8 %` or `40 px`.
    case length(LengthThreshold)
    case text(String)
    case texts([String])
    case line(PictureLine)
}

/// One key of a section of the configuration: all that reading, forms, documents and explanations need to know of it.
public struct ParameterDescription: Hashable, Sendable {
    public enum Form: Hashable, Sendable {
        case flag
        case number(ClosedRange<Double>)
        /// A number with its unit behind it: metres, per cent of the picture's height, or pixels.
        case length(per: ParameterUnit.Per)
        /// One of these words.
        case choice([String])
        /// A list of some of these words.
        case choices([String])
        /// A list of names of zones that the cameras have.
        case zones
        /// Two points in fractions of the picture.
        case line
    }

    /// Which of the keys of one threshold counts.
    public enum Use: String, Hashable, Sendable {
        /// The threshold has this key alone.
        case always
        /// Where the camera has a scale.
        case withScale = "with_scale"
        /// Where the camera has none, or the site gave no value with one.
        case withoutScale = "without_scale"
        /// Where the site gives it, before the others.
        case whenGiven = "when_given"
    }

    /// As the configuration spells it.
    public let key: String
    public let form: Form
    public let unit: ParameterUnit
    /// Nil for what is no threshold.
    public let fires: ThresholdDirection?
    /// What holds while the file says nothing; nil: nothing does.
    public let defaultValue: ParameterValue?
    /// What it means, in one sentence.
    public let sentence: String
    public let use: Use

    public init(
        key: String, form: Form, unit: ParameterUnit = .ratio, fires: ThresholdDirection? = nil,
        defaultValue: ParameterValue? = nil, sentence: String, use: Use = .always
    ) {
        self.key = key
        self.form = form
        self.unit = unit
        self.fires = fires
        self.defaultValue = defaultValue
        self.sentence = sentence
        self.use = use
    }
}

extension ParameterDescription {
    /// The default as a configuration spells it; nil without one.
    public var defaultText: String? {
        switch defaultValue {
        case nil: return nil
        case .flag(let flag): return flag ? "true" : "false"
        case .number(let number): return Self.text(number)
        case .length(let length):
            guard case .length(let per) = form else { return nil }
            if let pixels = length.pixels { return "\(Self.text(pixels)) px\(per.words)" }
            if let metres = length.metres { return "\(Self.text(metres)) m\(per.words)" }
            return "\(Self.text(length.pictureHeights * 100)) %\(per.words)"
        case .text(let text): return text
        case .texts(let texts): return "[\(texts.joined(separator: ", "))]"
        case .line(let line):
            let ends = [line.from, line.to].map { "[\(Self.text($0.x)), \(Self.text($0.y))]" }
            return "[\(ends.joined(separator: ", "))]"
        }
    }

    /// What may be written, in words: `0.1 to 5 seconds`.
    public var allowedText: String {
        switch form {
        case .flag: return "true or false"
        case .number(let range):
            let bounds = "\(Self.text(range.lowerBound)) to \(Self.text(range.upperBound))"
            return unit.words.isEmpty ? bounds : "\(bounds) \(unit.words)"
        case .length(let per): return "as in 0.8 m\(per.words), 8 %\(per.words) or 40 px\(per.words)"
        case .choice(let words): return words.joined(separator: ", ")
        case .choices(let words): return "some of " + words.joined(separator: ", ")
        case .zones: return "names of zones"
        case .line: return "its two ends, as in [[0.2, 0.9], [0.6, 0.7]]"
        }
    }

    private static func text(_ number: Double) -> String {
        let rounded = (number * 1e9).rounded() / 1e9
        return rounded == rounded.rounded() && abs(rounded) < 1e15 ? String(Int64(rounded)) : String(rounded)
    }
}

/// A rule as forms and documents show it.
public struct RuleDescription: Hashable, Sendable {
    /// Its kind is also its key in the configuration.
    public let kind: IncidentKind
    /// What it looks for, in one sentence.
    public let sentence: String
    /// Whether a site writes as many as it likes, each with a name.
    public let isListed: Bool
    public let parameters: [ParameterDescription]
    /// Keys of which one must be given, since the rule would fire nowhere without; mostly empty.
    public let needed: [String]

    public init(
        kind: IncidentKind, sentence: String, isListed: Bool, parameters: [ParameterDescription], needed: [String] = []
    ) {
        self.kind = kind
        self.sentence = sentence
        self.isListed = isListed
        self.parameters = parameters
        self.needed = needed
    }
}
