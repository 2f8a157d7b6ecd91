import Domain
import Foundation
public import Settings

/// Telegram chats through a bot (<https://core.telegram.org/bots/api#sendphoto>): one call, with the picture where there
/// is one. There is no idempotency key, and no way to look: a repetition after an attempt of unknown outcome has the same
/// link and time in it.
public struct TelegramChannel: AlertChannel, CustomStringConvertible {
    public static let publicBaseURL = "https://api.telegram.org"

    public let name: String
    private let botURL: String
    private let http: HTTPExchange

    private static let maximumPictureBytes = 1_000_000
    /// A caption's length (<https://core.telegram.org/bots/api#sendphoto>).
    private static let maximumCaption = 1024

    /// - Parameter token: The bot's; part of every address, and never logged.
    public init(name: String, baseURL: String = publicBaseURL, token: String, timeoutSeconds: Double = 10) {
        self.name = name
        botURL = "\(baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL)/bot\(token)"
        http = HTTPExchange(timeoutSeconds: timeoutSeconds)
    }

    public var description: String { "Telegram channel \(name)" }

    public func send(_ delivery: AlertDelivery) async throws(AlertError) -> AlertReceipt {
        let text = delivery.message.alert.text, chat = delivery.message.alert.recipient
        var form = MultipartForm(key: delivery.message.idempotencyKey)
        form.add("chat_id", chat)
        let picture =
            text.utf16.count <= Self.maximumCaption
            ? await delivery.picture(maximumBytes: Self.maximumPictureBytes) : nil
        if let picture {
            form.add("caption", text)
            form.add("photo", file: picture, fileName: "incident.jpg", contentType: "image/jpeg")
        } else {
            form.add("text", text)
        }
        let answer = try await http.post(
            botURL + (picture == nil ? "/sendMessage" : "/sendPhoto"),
            headers: [("Content-Type", form.contentType)], body: form.body, maximumBytes: { $0 >= 400 ? 4096 : 0 })
        try Self.check(answer)
        return .delivered
    }

    private struct Problem: Decodable {
        struct Parameters: Decodable { var retry_after: Double? }
        var parameters: Parameters?
    }

    private static func check(_ answer: HTTPExchange.Answer) throws(AlertError) {
        var answer = answer
        // Telegram says in the body how long to wait.
        let problem = try? JSONDecoder().decode(Problem.self, from: answer.body)
        answer.retryAfterSeconds = answer.retryAfterSeconds ?? problem?.parameters?.retry_after
        if answer.status == 403 {
            throw .permanent(reason: "Telegram: HTTP 403 (the bot was blocked, or is no member of the chat)")
        }
        let note: String? =
            switch answer.status {
            case 400: "the chat is not known to the bot; write to it once, or check the chat's id"
            case 401, 404: "the bot's token is wrong"
            default: nil
            }
        try HTTPVerdict.check(answer, "Telegram", note: note)
    }
}

// MARK: - In the configuration

extension TelegramChannel: ConfigurableChannel {
    public struct Settings: ChannelSettings {
        public var botToken: Secret?
        /// Numbers, or @names of channels.
        public var chats: [String] = []
        public var baseURL: URL?

        public init() {}
    }

    public static let type = ChannelType(
        "telegram", "Telegram chats that a bot writes to.", exampleName: "telegram-shift",
        traits: .init(through: "a bot", picture: "yes", sentWhen: "200"),
        parameters: [
            .secret(
                "bot_token", \Settings.botToken, what: "the token that @BotFather gave", isNeeded: true,
                "The bot's token, as @BotFather gave it.", example: "${TELEGRAM_TOKEN}"),
            .texts(
                "chats", \.chats, "a chat's number, as in -1001234567890, or a channel's @name", one: "chat",
                "Chats by their number, or channels by their @name.", example: "[\"-1001234567890\"]",
                check: { text in
                    let isName =
                        text.hasPrefix("@") && text.count > 1
                        && text.dropFirst().allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
                    return isName || Int64(text) != nil ? text : nil
                }),
            .address("base_url", \.baseURL, default: publicBaseURL, "Another server that speaks Telegram's bot API."),
        ],
        check: { settings, reading in
            // It becomes part of an address.
            let isToken = settings.botToken?.reveal().allSatisfy {
                $0.isASCII && ($0.isLetter || $0.isNumber || ":-_".contains($0))
            }
            if isToken == false {
                reading.refuse(
                    "bot_token", found: "no token of a bot", allowed: "digits, a colon, letters and digits")
            }
        })

    public static func make(_ name: String, _ settings: Settings, at site: ChannelSite) -> any AlertChannel {
        TelegramChannel(
            name: name, baseURL: settings.baseURL?.absoluteString ?? publicBaseURL,
            token: settings.botToken?.reveal() ?? "")
    }

    public static func recipients(_ settings: Settings) -> AlertRecipients { .named(settings.chats) }
}
