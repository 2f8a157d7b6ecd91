/// A value that a site can set, declared once where it is stored:
///
///     @Parameter("rest_seconds", .seconds, 0...30, fires: .atLeast, "How long it must lie still.")
///     public var restSeconds = 0.6
///
/// The key, the default, the unit, the range, the direction of the threshold and the sentence that explains it stand here and
/// nowhere else. Reading a file, its messages, forms, documents, tuning and evidence are made from it (``ParameterGroup``).
@propertyWrapper
public struct Parameter<Value: Hashable & Sendable>: Hashable, Sendable {
    /// One key of the configuration, and the part of the value that it sets.
    struct Key: Sendable {
        let description: ParameterDescription
        let get: @Sendable (Value) -> ParameterValue?
        let set: @Sendable (inout Value, ParameterValue) -> Void
    }

    public var wrappedValue: Value
    /// Never empty. Several where a threshold has a key for each unit.
    let keys: [Key]

    public var projectedValue: Self { self }

    init(_ defaultValue: Value, _ keys: [Key]) {
        wrappedValue = defaultValue
        self.keys = keys
        for key in keys {
            if let given = GivenParameters.values[key.description.key] { key.set(&wrappedValue, given) }
        }
    }

    public static func == (a: Self, b: Self) -> Bool { a.wrappedValue == b.wrappedValue }
    public func hash(into hasher: inout Hasher) { hasher.combine(wrappedValue) }
}

/// The values that the parameters take which are made just now: see ``ParameterGroup/init(values:)``.
enum GivenParameters {
    @TaskLocal static var values: [String: ParameterValue] = [:]
}

/// A struct whose properties are ``Parameter``s: one section of the configuration.
public protocol ParameterGroup: Hashable, Sendable {
    /// With the defaults.
    init()
}

extension ParameterGroup {
    /// With the values given by key; the others have their defaults. Keys that it doesn't know are passed over.
    public init(values: [String: ParameterValue]) {
        // Each property's own initialiser looks here for its value: the declaration is all there is.
        self = GivenParameters.$values.withValue(values) { Self() }
    }

    /// All keys, in the order in which they are declared.
    public static var parameters: [ParameterDescription] { Self().declared.flatMap(\.descriptions) }

    /// The values by key; without those that are not set.
    public var values: [String: ParameterValue] {
        declared.reduce(into: [:]) { $0.merge($1.values) { _, new in new } }
    }

    /// The same with some other values.
    public func with(_ changed: [String: ParameterValue]) -> Self {
        Self(values: values.merging(changed) { _, new in new })
    }

    private var declared: [any DeclaredParameter] {
        Mirror(reflecting: self).children.compactMap { $0.value as? any DeclaredParameter }
    }
}

/// A ``Parameter`` of any value.
private protocol DeclaredParameter {
    var descriptions: [ParameterDescription] { get }
    var values: [String: ParameterValue] { get }
}

extension Parameter: DeclaredParameter {
    fileprivate var descriptions: [ParameterDescription] { keys.map(\.description) }
    fileprivate var values: [String: ParameterValue] {
        keys.reduce(into: [:]) { $0[$1.description.key] = $1.get(wrappedValue) }
    }
}

// MARK: What can be declared

extension Parameter where Value == Bool {
    public init(wrappedValue: Bool, _ key: String, _ sentence: String) {
        let description = ParameterDescription(
            key: key, form: .flag, defaultValue: .flag(wrappedValue), sentence: sentence)
        self.init(
            wrappedValue,
            [Key(description: description, get: { .flag($0) }, set: { if case .flag(let flag) = $1 { $0 = flag } })])
    }
}

extension Parameter where Value == Double {
    public init(
        wrappedValue: Double, _ key: String, _ unit: ParameterUnit, _ range: ClosedRange<Double>,
        fires: ThresholdDirection? = nil, _ sentence: String
    ) {
        let description = ParameterDescription(
            key: key, form: .number(range), unit: unit, fires: fires, defaultValue: .number(wrappedValue),
            sentence: sentence)
        self.init(wrappedValue, [Key(description, \.self)])
    }

    /// What was measured, beside this threshold.
    public func evidence(_ measured: Double) -> Evidence {
        evidence(measured, wrappedValue, .always)
    }
}

extension Parameter where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of some words.
    public init(wrappedValue: Value, _ key: String, _ sentence: String) {
        let description = ParameterDescription(
            key: key, form: .choice(Value.allCases.map(\.rawValue)), defaultValue: .text(wrappedValue.rawValue),
            sentence: sentence)
        self.init(
            wrappedValue,
            [
                Key(
                    description: description, get: { .text($0.rawValue) },
                    set: { if case .text(let text) = $1, let value = Value(rawValue: text) { $0 = value } })
            ])
    }
}

extension Parameter {
    /// A list of some of some words.
    public init<Word>(wrappedValue: [Word], _ key: String, _ sentence: String)
    where Value == [Word], Word: RawRepresentable & CaseIterable, Word.RawValue == String {
        self.init(
            texts: wrappedValue, key, .choices(Word.allCases.map(\.rawValue)), sentence, text: { $0.rawValue },
            value: { Word(rawValue: $0) })
    }

    /// A list of texts; empty stands for nothing given.
    private init<Word>(
        texts: [Word], _ key: String, _ form: ParameterDescription.Form, _ sentence: String,
        text: @escaping @Sendable (Word) -> String, value: @escaping @Sendable (String) -> Word?
    ) where Value == [Word] {
        let description = ParameterDescription(
            key: key, form: form, defaultValue: texts.isEmpty ? nil : .texts(texts.map(text)), sentence: sentence)
        self.init(
            texts,
            [
                Key(
                    description: description, get: { $0.isEmpty ? nil : .texts($0.map(text)) },
                    set: { if case .texts(let texts) = $1 { $0 = texts.compactMap(value) } })
            ])
    }
}

extension Parameter where Value == [String] {
    /// A list of names of zones.
    public init(wrappedValue: [String], zones key: String, _ sentence: String) {
        self.init(texts: wrappedValue, key, .zones, sentence, text: { $0 }, value: { $0 })
    }
}

extension Parameter where Value == PictureLine? {
    /// A line in the picture; nil: none given.
    public init(wrappedValue: PictureLine?, _ key: String, _ sentence: String) {
        let description = ParameterDescription(
            key: key, form: .line, defaultValue: wrappedValue.map { .line($0) }, sentence: sentence)
        self.init(
            wrappedValue,
            [
                Key(
                    description: description, get: { $0.map { .line($0) } },
                    set: { if case .line(let line) = $1 { $0 = line } })
            ])
    }
}

extension Parameter where Value == LengthThreshold {
    /// A length with its unit behind the number: `0.8 m`; with `per`, a speed.
    public init(
        wrappedValue: LengthThreshold, _ key: String, per: ParameterUnit.Per = .one, fires: ThresholdDirection? = nil,
        _ sentence: String
    ) {
        let description = ParameterDescription(
            key: key, form: .length(per: per), fires: fires, defaultValue: .length(wrappedValue), sentence: sentence)
        self.init(
            wrappedValue,
            [
                Key(
                    description: description, get: { .length($0) },
                    set: { if case .length(let length) = $1 { $0 = length } })
            ])
    }

    /// A length with a key for each unit: `name_picture_heights`, `name_metres` and `name_pixels`.
    public init(
        wrappedValue: LengthThreshold, _ name: String, pictureHeights: ClosedRange<Double>, metres: ClosedRange<Double>,
        pixels: ClosedRange<Double>, per: ParameterUnit.Per = .one, fires: ThresholdDirection? = nil, _ sentence: String
    ) {
        self.init(
            wrappedValue,
            [
                Key(
                    Self.described(
                        name, "_picture_heights", .pictureHeights(per: per), pictureHeights,
                        wrappedValue.pictureHeights,
                        .withoutScale, fires, sentence), \.pictureHeights),
                Key(
                    Self.described(
                        name, "_metres", .metres(per: per), metres, wrappedValue.metres, .withScale, fires, sentence),
                    \.metres),
                Key(
                    Self.described(
                        name, "_pixels", .pixels(per: per), pixels, wrappedValue.pixels, .whenGiven, fires, sentence),
                    \.pixels),
            ])
    }
}

extension Parameter where Value == AreaThreshold {
    /// An area with a key for each unit: `name_fraction`, `name_square_metres` and `name_pixels`.
    public init(
        wrappedValue: AreaThreshold, _ name: String, fraction: ClosedRange<Double>,
        squareMetres: ClosedRange<Double>, pixels: ClosedRange<Double>, fires: ThresholdDirection? = nil,
        _ sentence: String
    ) {
        self.init(
            wrappedValue,
            [
                Key(
                    Self.described(
                        name, "_fraction", .partOfPicture, fraction, wrappedValue.fraction, .withoutScale, fires,
                        sentence), \.fraction),
                Key(
                    Self.described(
                        name, "_square_metres", .squareMetres, squareMetres, wrappedValue.squareMetres, .withScale,
                        fires, sentence),
                    \.squareMetres),
                Key(
                    Self.described(
                        name, "_pixels", .pixels(), pixels, wrappedValue.pixels, .whenGiven, fires, sentence), \.pixels),
            ])
    }
}

extension Parameter where Value == MoveThreshold {
    /// A way with a key for each unit: `name_sizes`, `name_metres` and `name_pixels`.
    public init(
        wrappedValue: MoveThreshold, _ name: String, sizes: ClosedRange<Double>, metres: ClosedRange<Double>,
        pixels: ClosedRange<Double>, fires: ThresholdDirection? = nil, _ sentence: String
    ) {
        self.init(
            wrappedValue,
            [
                Key(
                    Self.described(
                        name, "_sizes", ParameterUnit(words: "times its size", symbol: ""), sizes, wrappedValue.sizes,
                        .withoutScale, fires, sentence), \.sizes),
                Key(
                    Self.described(
                        name, "_metres", .metres(), metres, wrappedValue.metres, .withScale, fires, sentence), \.metres),
                Key(
                    Self.described(
                        name, "_pixels", .pixels(), pixels, wrappedValue.pixels, .whenGiven, fires, sentence), \.pixels),
            ])
    }
}

extension Parameter {
    /// What was measured beside a threshold, in the unit that counts.
    /// - Parameter use: which of the threshold's keys counts.
    public func evidence(_ measured: Double, _ threshold: Double, _ use: ParameterDescription.Use) -> Evidence {
        let description = (keys.first { $0.description.use == use } ?? keys[0]).description
        var unit = description.unit
        if case .length(let per) = description.form {
            switch use {
            case .whenGiven: unit = .pixels(per: per)
            case .withScale: unit = .metres(per: per)
            case .withoutScale, .always: unit = .pictureHeights(per: per)
            }
        }
        return Evidence(
            parameter: description.key, measured: measured, threshold: threshold, unit: unit.symbol,
            direction: description.fires ?? .atLeast)
    }

    /// One key of a threshold that has one for each unit.
    private static func described(
        _ name: String, _ suffix: String, _ unit: ParameterUnit, _ range: ClosedRange<Double>, _ value: Double?,
        _ use: ParameterDescription.Use, _ fires: ThresholdDirection?, _ sentence: String
    ) -> ParameterDescription {
        ParameterDescription(
            key: name + suffix, form: .number(range), unit: unit, fires: fires,
            defaultValue: value.map { .number($0) }, sentence: sentence, use: use)
    }
}

extension Parameter.Key {
    init(_ description: ParameterDescription, _ path: WritableKeyPath<Value, Double> & Sendable) {
        self.init(
            description: description, get: { .number($0[keyPath: path]) },
            set: { if case .number(let number) = $1 { $0[keyPath: path] = number } })
    }

    init(_ description: ParameterDescription, _ path: WritableKeyPath<Value, Double?> & Sendable) {
        self.init(
            description: description, get: { $0[keyPath: path].map { .number($0) } },
            set: { if case .number(let number) = $1 { $0[keyPath: path] = number } })
    }
}
