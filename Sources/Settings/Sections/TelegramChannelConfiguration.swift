import Foundation

/// A channel of `type: telegram`: chats that a bot writes to.
public struct TelegramChannelConfiguration: Hashable, Sendable {
    public var name: String
    public var botToken: Secret
    /// Numbers, or @names of channels.
    public var chats: [String]
    /// Default: `https://api.telegram.org`.
    public var baseURL: URL

    init?(name: String, reading section: Section) {
        self.name = name
        let token = section.secret("bot_token", what: "the bot's token")
        if section.node("bot_token") == nil {
            section.missing("bot_token", allowed: "needed: ${NAME} or file:PATH with the token that @BotFather gave")
        }
        let allowed = "a chat's number, as in -1001234567890, or a channel's @name"
        if section.node("chats") == nil { section.missing("chats", allowed: "needed: \(allowed)") }
        chats = section.texts("chats", of: "chats").compactMap { text in
            let isNumber = Int64(text.value) != nil
            let isName =
                text.value.hasPrefix("@") && text.value.count > 1
                && text.value.dropFirst().allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
            guard isNumber || isName else {
                section.refuse(
                    "chats", at: text.mark, found: "\"\(ReadingContext.clip(text.value))\"", allowed: allowed)
                return nil
            }
            return text.value
        }
        let base = section.webAddress("base_url")
        let isToken = token?.reveal().allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ":-_".contains($0)) }
        if isToken == false {
            section.refuse(
                "bot_token", at: section.node("bot_token")?.mark ?? section.mark, found: "no token of a bot",
                allowed: "digits, a colon, letters and digits")
        }
        guard let token, isToken == true, !chats.isEmpty,
            let standard = base?.value ?? URL(string: "https://api.telegram.org")
        else { return nil }
        botToken = token
        baseURL = standard
    }
}
