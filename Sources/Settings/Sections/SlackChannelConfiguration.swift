import Foundation

/// A channel of `type: slack`: an incoming webhook, which takes text alone, or a bot, which shows the picture too.
public struct SlackChannelConfiguration: Hashable, Sendable {
    public enum Way: Hashable, Sendable {
        /// A secret: whoever has it can write.
        case webhook(SecretURL)
        /// `channel` is Slack's id of a channel, as in `C0123456789`; the default of `baseURL` is `https://slack.com`.
        case bot(token: Secret, channel: String, baseURL: URL)
    }

    public var name: String
    public var way: Way

    init?(name: String, reading section: Section) {
        self.name = name
        let address = section.secretAddress("url")
        let token = section.secret("bot_token", what: "the bot's token")
        let allowed = "a channel's id, as in C0123456789 (at the foot of its details in Slack)"
        let channel = section.node("channel") == nil ? nil : section.text("channel", allowed: allowed)
        let base = section.webAddress("base_url")
        if section.node("bot_token") == nil {
            if section.node("url") == nil {
                section.missing("url", allowed: "needed: https://hooks.slack.com/…, or bot_token and channel")
            }
            guard let address else { return nil }
            way = .webhook(SecretURL(address.value))
            return
        }
        if section.node("url") != nil {
            section.refuse(
                "url", at: section.node("url")?.mark ?? section.mark, found: "an address beside bot_token",
                allowed: "one of them: url for an incoming webhook, bot_token and channel for a bot")
            return nil
        }
        if section.node("channel") == nil { section.missing("channel", allowed: "needed: \(allowed)") }
        guard let channel else { return nil }
        let isID =
            (2...40).contains(channel.value.count)
            && channel.value.allSatisfy { $0.isASCII && ($0.isUppercase || $0.isNumber) }
        guard isID else {
            section.refuse(
                "channel", at: channel.mark, found: "\"\(ReadingContext.clip(channel.value))\"", allowed: allowed)
            return nil
        }
        guard let token, let standard = base?.value ?? URL(string: "https://slack.com") else { return nil }
        way = .bot(token: token, channel: channel.value, baseURL: standard)
    }
}
