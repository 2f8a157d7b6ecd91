import Foundation

/// One key of the file, as its reading asked for it: what a form needs to know. Nothing is declared twice; see
/// ``AislewatchConfiguration/settings(_:)``.
public struct SettingDescription: Hashable, Sendable, Encodable {
    /// What may stand there.
    public enum Form: String, Hashable, Sendable, Encodable {
        case flag, number, text, choice, time, path, address, secret
        /// A list of texts.
        case texts
        /// A list of names of something, which ``of`` says.
        case names
        case section
        /// A list of sections.
        case list
        /// What has a form of its own: points, conditions, sensitivity.
        case other
    }

    public enum Value: Hashable, Sendable, Encodable {
        case flag(Bool), number(Double), text(String)

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .flag(let flag): try container.encode(flag)
            case .number(let number): try container.encode(number)
            case .text(let text): try container.encode(text)
            }
        }
    }

    private enum CodingKeys: String, CodingKey {
        case path, minimum, maximum, unit, words, of
        case form = "type"
        case isWhole = "whole"
        case usual = "default"
    }

    /// `alerts.routes[].shift.from`.
    public var path: String
    public var form: Form
    public var minimum: Double?
    public var maximum: Double?
    public var isWhole: Bool?
    public var unit: String?
    /// What holds without it, where that is always the same.
    public var usual: Value?
    /// The words that may stand there.
    public var words: [String]?
    public var of: String?

    init(path: String, form: Form) {
        self.path = path
        self.form = form
    }
}

/// What a kind of alert channel can be set to.
public struct ChannelTypeDescription: Hashable, Sendable, Encodable {
    public struct Key: Hashable, Sendable, Encodable {
        var setting: SettingDescription
        var about: String
        var needed: Bool
        /// What holds without it, in words.
        var usual: String?
    }

    public var type: String
    public var summary: String
    public var keys: [Key]
}

/// All that a file may say, for forms.
public struct ConfigurationDescription: Hashable, Sendable, Encodable {
    public var settings: [SettingDescription]
    public var channels: [ChannelTypeDescription]

    /// As the API sends it.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

extension AislewatchConfiguration {
    /// All that a file may say: a file in which every list has an item is read, and what its reading asks for is noted.
    public static func description(_ known: KnownTypes) -> ConfigurationDescription {
        let context = ReadingContext(
            file: "", environment: [:], baseDirectory: URL(filePath: "/"), isReadableByOthers: false)
        context.read(probe) { _ = AislewatchConfiguration(reading: $0, known: known) }
        let channels = known.channels.map { type in
            let context = ReadingContext(
                file: "", environment: [:], baseDirectory: URL(filePath: "/"), isReadableByOthers: false)
            context.read("{}") { _ = type.read($0) }
            return ChannelTypeDescription(
                type: type.name, summary: type.summary,
                keys: type.keys.map { key in
                    var setting =
                        context.settings.first { $0.path == key.name }
                        ?? SettingDescription(path: key.name, form: .text)
                    if key.isSecret, setting.form != .section { setting.form = .secret }
                    var usual: String?
                    if case .standard(let standard) = key.presence { usual = standard }
                    return .init(setting: setting, about: key.about, needed: key.presence == .needed, usual: usual)
                })
        }
        return ConfigurationDescription(settings: context.settings, channels: channels)
    }

    /// Its values don't matter, nor that some are missing.
    private static let probe = """
        cameras:
          - zones: [{name: z}]
            calibration: {rectangle: {corners: []}, floor_points: [{}], heights: [{}]}
        recording: {retention: {keep: [{days: 1}]}}
        rules:
          schedules: {"*": [{days: [mon]}]}
          zone_entry: [{name: a}]
          line_crossing: [{name: a}]
          dwell: [{name: a}]
          combinations: [{name: a}]
        alerts:
          channels: [{name: a}]
          routes: [{shift: {from: a}, escalate: [{channels: a}]}]
          playbooks: [{name: a, steps: [{text: a}], contacts: [{name: a}]}]
        """
}
