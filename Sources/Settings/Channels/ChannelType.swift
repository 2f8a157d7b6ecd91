/// What a channel reads from its entry under `alerts.channels`. As made, it holds what a key that is left out means.
public protocol ChannelSettings: Hashable, Sendable {
    init()
}

/// A kind of alert channel, declared once: reading its entry with all mistakes, `check-config`, the commented example and
/// the tables of docs/alerts.md come from it.
public struct ChannelType: Sendable {
    /// What is sent, where, and when it counts as sent; for docs/alerts.md.
    public struct Traits: Hashable, Sendable {
        public var through: String
        public var picture: String
        public var sentWhen: String

        public init(through: String, picture: String, sentWhen: String) {
            self.through = through
            self.picture = picture
            self.sentWhen = sentWhen
        }
    }

    /// The value of `type` in the file.
    public let name: String
    /// A sentence about it, as a comment of the example shows it.
    public let summary: String
    /// Its entry's name in the example.
    public let exampleName: String
    public let traits: Traits
    /// Its keys, in the order of the example.
    public let keys: [ChannelKey]
    let read: @Sendable (Section) -> (any ChannelSettings)?

    /// - Parameters:
    ///   - check: Looks at the settings as a whole once every key was read; what it reports counts as a mistake of the file.
    public init<Settings: ChannelSettings>(
        _ name: String, _ summary: String, exampleName: String, traits: Traits,
        parameters: [ChannelParameter<Settings>],
        check: @escaping @Sendable (inout Settings, ChannelReading) -> Void = { _, _ in }
    ) {
        self.name = name
        self.summary = summary
        self.exampleName = exampleName
        self.traits = traits
        keys = parameters.map(\.key)
        read = { section in
            var settings = Settings()
            let problems = section.context.problems.count
            for parameter in parameters { parameter.read(section, &settings) }
            check(&settings, ChannelReading(section))
            return section.context.problems.count == problems ? settings : nil
        }
    }
}

/// One key of a channel's entry, as people read about it.
public struct ChannelKey: Hashable, Sendable {
    public enum Presence: Hashable, Sendable {
        case needed
        case optional
        /// What it means when it is left out, as the file would spell it.
        case standard(String)
    }

    public var name: String
    /// What may stand there: "a text", "true or false".
    public var form: String
    public var presence: Presence
    public var isSecret: Bool
    /// What it is for; one sentence.
    public var about: String
    /// What the example shows; empty: it is not shown with a value but as a comment.
    public var example: String
}

/// What a check of a whole entry can see and report.
public struct ChannelReading {
    private let section: Section

    init(_ section: Section) { self.section = section }

    /// Whether the key stands there with a value.
    public func isGiven(_ key: String) -> Bool { section.node(key) != nil }

    /// Reports that a key must be there.
    public func require(_ key: String, _ what: String) {
        if !isGiven(key) { section.missing(key, allowed: "needed: \(what)") }
    }

    /// Reports a value that isn't allowed. - Parameter found: Without the value where that is a secret.
    public func refuse(_ key: String, found: String, allowed: String) {
        section.refuse(key, at: section.node(key)?.mark ?? section.mark, found: found, allowed: allowed)
    }

    /// Reports what is allowed but unwise.
    public func warn(_ key: String, _ found: String, allowed: String) {
        section.context.warning(
            section.node(key)?.mark ?? section.mark, found: "\(section.name(key)) \(found)", allowed: allowed)
    }
}

/// One entry of `alerts.channels`: a way to reach people or programs.
public struct AlertChannelConfiguration: Hashable, Sendable {
    public var name: String
    /// As the file spells it.
    public let type: String
    private let values: any ChannelSettings

    public init(name: String, type: String, settings: any ChannelSettings) {
        self.name = name
        self.type = type
        values = settings
    }

    /// What the entry says; nil when it is of another type.
    public func settings<Settings: ChannelSettings>(_ type: Settings.Type = Settings.self) -> Settings? {
        values as? Settings
    }

    public static func == (one: Self, other: Self) -> Bool {
        one.name == other.name && one.type == other.type && AnyHashable(one.values) == AnyHashable(other.values)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(type)
        hasher.combine(AnyHashable(values))
    }

    static func list(reading alerts: Section, types: [ChannelType]) -> [AlertChannelConfiguration] {
        let words = types.map(\.name)
        var names: Set<String> = []
        return alerts.sections("channels", of: "channels").compactMap { section in
            let name = Self.name(reading: section)
            if section.node("type") == nil {
                section.missing("type", allowed: "needed: \(words.joined(separator: " or "))")
            }
            let word = section.word("type", among: words)
            // Which keys are allowed isn't known without a type.
            guard let type = types.first(where: { $0.name == word }) else { return nil }
            let settings = type.read(section)
            section.finish()
            guard let name, let settings else { return nil }
            guard names.insert(name).inserted else {
                section.refuse(
                    "name", at: section.node("name")?.mark ?? section.mark, found: "\"\(name)\" a second time",
                    allowed: "a name that no other channel has")
                return nil
            }
            return AlertChannelConfiguration(name: name, type: type.name, settings: settings)
        }
    }

    private static func name(reading section: Section) -> String? {
        let allowed = "1 to 64 letters, digits, - and _"
        guard section.node("name") != nil else {
            section.missing("name", allowed: "needed: \(allowed)")
            return nil
        }
        guard let text = section.text("name", allowed: allowed) else { return nil }
        let isName =
            text.value.count <= 64
            && text.value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        guard isName else {
            section.refuse("name", at: text.mark, found: "\"\(ReadingContext.clip(text.value))\"", allowed: allowed)
            return nil
        }
        return text.value
    }
}

extension Section {
    /// One of a set of words that is known only at run time.
    func word(_ key: String, among words: [String]) -> String? {
        let allowed = words.joined(separator: ", ")
        declare(key, .choice) { $0.words = words }
        guard let text = text(key, allowed: allowed) else { return nil }
        guard words.contains(text.value) else {
            refuse(
                key, at: text.mark, found: "\"\(ReadingContext.clip(text.value))\"", allowed: allowed,
                suggestion: NearestKey.find(text.value, in: words))
            return nil
        }
        return text.value
    }
}
