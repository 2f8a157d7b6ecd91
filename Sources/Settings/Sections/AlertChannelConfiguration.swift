import Foundation

/// One entry of `alerts.channels`: a way to reach people or programs.
public enum AlertChannelConfiguration: Hashable, Sendable {
    case twilio(TwilioChannelConfiguration)
    case webhook(WebhookChannelConfiguration)
    case mail(MailChannelConfiguration)
    case mqtt(MQTTChannelConfiguration)
    case slack(SlackChannelConfiguration)
    case teams(ChatChannelConfiguration)
    case telegram(TelegramChannelConfiguration)
    case ntfy(ChatChannelConfiguration)

    /// The value of `type` in the file.
    enum Kind: String, CaseIterable {
        case twilio, webhook, mail, mqtt, slack, teams, telegram, ntfy
    }

    public var name: String {
        switch self {
        case .twilio(let channel): channel.name
        case .webhook(let channel): channel.name
        case .mail(let channel): channel.name
        case .mqtt(let channel): channel.name
        case .slack(let slack): slack.name
        case .teams(let channel), .ntfy(let channel): channel.name
        case .telegram(let channel): channel.name
        }
    }

    /// As the file spells it.
    public var type: String {
        switch self {
        case .twilio: Kind.twilio.rawValue
        case .webhook: Kind.webhook.rawValue
        case .mail: Kind.mail.rawValue
        case .mqtt: Kind.mqtt.rawValue
        case .slack: Kind.slack.rawValue
        case .teams: Kind.teams.rawValue
        case .telegram: Kind.telegram.rawValue
        case .ntfy: Kind.ntfy.rawValue
        }
    }

    static func list(reading alerts: Section) -> [AlertChannelConfiguration] {
        var names: Set<String> = []
        return alerts.sections("channels", of: "channels").compactMap { section in
            let name = Self.name(reading: section)
            let kind: Kind? = section.choice("type")
            if section.node("type") == nil {
                section.missing("type", allowed: "needed: \(Kind.allCases.map(\.rawValue).joined(separator: " or "))")
            }
            // Which keys are allowed isn't known without a type.
            guard let kind else { return nil }
            let channel = Self.channel(kind, name: name ?? "", reading: section)
            section.finish()
            guard let name, let channel else { return nil }
            guard names.insert(name).inserted else {
                section.refuse(
                    "name", at: section.node("name")?.mark ?? section.mark, found: "\"\(name)\" a second time",
                    allowed: "a name that no other channel has")
                return nil
            }
            return channel
        }
    }

    private static func channel(_ kind: Kind, name: String, reading section: Section) -> AlertChannelConfiguration? {
        switch kind {
        case .twilio: TwilioChannelConfiguration(name: name, reading: section).map(Self.twilio)
        case .webhook: WebhookChannelConfiguration(name: name, reading: section).map(Self.webhook)
        case .mail: MailChannelConfiguration(name: name, reading: section).map(Self.mail)
        case .mqtt: MQTTChannelConfiguration(name: name, reading: section).map(Self.mqtt)
        case .slack: SlackChannelConfiguration(name: name, reading: section).map(Self.slack)
        case .teams: ChatChannelConfiguration(name: name, reading: section, hasToken: false).map(Self.teams)
        case .telegram: TelegramChannelConfiguration(name: name, reading: section).map(Self.telegram)
        case .ntfy: ChatChannelConfiguration(name: name, reading: section, hasToken: true).map(Self.ntfy)
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
