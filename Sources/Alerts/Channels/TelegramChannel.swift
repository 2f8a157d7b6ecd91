import Domain
import Foundation
public import Logging
public import Settings

/// Telegram chats through a bot (<https://core.telegram.org/bots/api#sendphoto>): one call, with the picture where there
/// is one. There is no idempotency key, and no way to look: a repetition after an attempt of unknown outcome has the same
/// link and time in it.
///
/// Where the site wants it, messages have buttons, and what is pressed or replied is asked for (`getUpdates`, one call that
/// waits): no address is needed that Telegram could reach. Of a bot whose updates go elsewhere already nothing is got.
public struct TelegramChannel: AlertChannel, CustomStringConvertible {
    public static let publicBaseURL = "https://api.telegram.org"

    public let name: String
    private let botURL: String
    private let http: HTTPExchange
    /// Who gets messages: nobody else may answer.
    private let chats: Set<String>
    private let hasButtons: Bool
    private let logger: Logger

    private static let maximumPictureBytes = 1_000_000
    /// A caption's length (<https://core.telegram.org/bots/api#sendphoto>).
    private static let maximumCaption = 1024

    /// - Parameter token: The bot's; part of every address, and never logged.
    ///   - hasButtons: Whether people may answer.
    public init(
        name: String, baseURL: String = publicBaseURL, token: String, chats: [String] = [], hasButtons: Bool = false,
        timeoutSeconds: Double = 10, logger: Logger = Logger(label: "aislewatch.alerts")
    ) {
        self.name = name
        self.chats = Set(chats)
        self.hasButtons = hasButtons
        self.logger = logger
        botURL = "\(baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL)/bot\(token)"
        http = HTTPExchange(timeoutSeconds: timeoutSeconds)
    }

    public var description: String { "Telegram channel \(name)" }

    public func send(_ delivery: AlertDelivery) async throws(AlertError) -> AlertReceipt {
        let text = delivery.message.alert.text, chat = delivery.message.alert.recipient
        var form = MultipartForm(key: delivery.message.idempotencyKey)
        form.add("chat_id", chat)
        if hasButtons, let incident = delivery.incident, !delivery.answers.isEmpty {
            form.add("reply_markup", try Keyboard.json(delivery.answers, incident.id))
        }
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

// MARK: - Answers

extension TelegramChannel: AnsweringChannel {
    /// Telegram holds the call so long while nothing comes.
    private static let pollSeconds = 25
    private static let pause = Backoff(initialSeconds: 2, capSeconds: 300)
    /// Between two calls that bring nothing, should a server not hold them.
    private static let leastPollSeconds = 1.0

    public func takeAnswers(_ answers: AnswerService) async {
        guard hasButtons else { return }
        var offset: Int64 = 0, failures = 0
        while !Task.isCancelled {
            do {
                let asked = answers.clock.monotonicSeconds(), updates = try await updates(from: offset)
                for update in updates {
                    offset = max(offset, update.update_id + 1)
                    try await take(update, answers)
                }
                failures = 0
                if updates.isEmpty, answers.clock.monotonicSeconds() - asked < Self.leastPollSeconds {
                    try await answers.clock.sleep(seconds: Self.leastPollSeconds)
                }
            } catch {
                if Task.isCancelled { return }
                // An update that was not taken comes again, and counts once.
                if failures == 0 { logger.warning("\(name): answers can't be asked for: \(error)") }
                failures += 1
                let seconds = Self.pause.delaySeconds(failures: failures, random: .random(in: 0...1))
                guard (try? await answers.clock.sleep(seconds: seconds)) != nil else { return }
            }
        }
    }

    /// - Throws: What keeps it from being taken now: it comes again.
    private func take(_ update: Update, _ answers: AnswerService) async throws {
        let key = "telegram/\(name)/\(update.update_id)"
        if let pressed = update.callback_query {
            let said = try await reply(to: pressed, key, answers)
            try? await call(
                "answerCallbackQuery", [("callback_query_id", pressed.id), ("text", said?.text.clipped ?? "")])
            // The others in the chat see what one has said.
            if let said, said.isDone, let message = pressed.message {
                await say("\(pressed.from.name): \(said.text)", in: message.chat.id, under: message.message_id)
            }
        } else if let message = update.message, let text = message.text, let from = message.from,
            message.reply_to_message != nil, from.is_bot != true, isOurs(message.chat)
        {
            let given = GivenAnswer(
                channel: name, recipient: recipient(message.chat), author: from.author, content: .words(text), key: key)
            guard let said = try await answers.take(given) else { return }
            await say(said.text, in: message.chat.id, under: message.message_id)
        }
    }

    private func reply(
        to pressed: Pressed, _ key: String, _ answers: AnswerService
    ) async throws -> AnswerService.Reply? {
        guard let chat = pressed.message?.chat, isOurs(chat) else {
            return .init(text: answers.texts().answer("stranger"), isDone: false)
        }
        guard let (answer, incident) = Keyboard.meaning(pressed.data ?? "") else { return nil }
        return try await answers.take(
            GivenAnswer(
                channel: name, recipient: recipient(chat), author: pressed.from.author, incident: incident,
                content: .chosen(answer), key: key))
    }

    /// A chat that was taken out of the configuration has no say any more.
    private func isOurs(_ chat: Chat) -> Bool { chats.contains(recipient(chat)) }

    private func recipient(_ chat: Chat) -> String {
        let named = chat.username.map { "@\($0)" }
        return named.flatMap { name in chats.first { $0.lowercased() == name.lowercased() } } ?? "\(chat.id)"
    }

    private func updates(from offset: Int64) async throws(AlertError) -> [Update] {
        let query = FormEncoding.encoded([
            ("offset", "\(offset)"), ("timeout", "\(Self.pollSeconds)"),
            ("allowed_updates", #"["callback_query","message"]"#),
        ])
        var waiting = http
        waiting.timeoutSeconds += Double(Self.pollSeconds)
        let answer = try await waiting.get("\(botURL)/getUpdates?\(query)", headers: [], maximumBytes: 1 << 20)
        try HTTPVerdict.check(
            answer, "Telegram", note: answer.status == 409 ? "another program asks for this bot's updates" : nil)
        guard let list = try? JSONDecoder().decode(Updates.self, from: answer.body) else {
            throw .temporary(reason: "Telegram: the answer could not be read")
        }
        return list.result.compactMap(\.update)
    }

    private func call(_ method: String, _ fields: [(String, String)]) async throws(AlertError) {
        let answer = try await http.post(
            "\(botURL)/\(method)", headers: [("Content-Type", "application/x-www-form-urlencoded")],
            body: Data(FormEncoding.encoded(fields).utf8), maximumBytes: { _ in 0 })
        try HTTPVerdict.check(answer, "Telegram")
    }

    private func say(_ text: String, in chat: Int64, under message: Int64) async {
        let reply = #"{"message_id":\#(message),"allow_sending_without_reply":true}"#
        do {
            try await call("sendMessage", [("chat_id", "\(chat)"), ("text", text), ("reply_parameters", reply)])
        } catch {
            logger.warning("\(name): an answer could not be told to the chat: \(error)")
        }
    }

    private struct Updates: Decodable { var result: [Readable] }

    /// One that can't be read is passed over, or it would come for ever.
    private struct Readable: Decodable {
        var update: Update?

        private struct Number: Decodable { var update_id: Int64 }

        init(from decoder: any Decoder) throws {
            if let whole = try? Update(from: decoder) {
                update = whole
            } else {
                update = (try? Number(from: decoder)).map { Update(update_id: $0.update_id) }
            }
        }
    }

    private struct Update: Decodable {
        var update_id: Int64
        var callback_query: Pressed?
        var message: Message?
    }

    private struct Pressed: Decodable {
        var id: String
        var from: Person
        var message: Message?
        var data: String?
    }

    private struct Message: Decodable {
        struct Other: Decodable {}
        var message_id: Int64
        var chat: Chat
        var from: Person?
        var text: String?
        var reply_to_message: Other?
    }

    private struct Chat: Decodable {
        var id: Int64
        var username: String?
    }

    private struct Person: Decodable {
        var id: Int64
        var is_bot: Bool?
        var first_name: String
        var last_name: String?

        var name: String {
            let whole = [first_name, last_name].compactMap(\.self).joined(separator: " ")
            return String(ChatText.line(whole).prefix(60))
        }

        /// As people see each other there. No account has such a name.
        var author: IncidentHandling.Author { IncidentHandling.Author("\(name) (Telegram)", by: .telegram) }
    }

    /// The buttons below a message: `{"inline_keyboard": [[…], …]}`, what is pressed comes back as it was sent.
    private struct Keyboard: Encodable {
        struct Button: Encodable {
            var text: String
            var callback_data: String
        }
        var inline_keyboard: [[Button]]

        private static let mark = "aw"

        static func json(
            _ answers: [(answer: IncidentAnswer, text: String)], _ incident: IncidentID
        ) throws(AlertError) -> String {
            let buttons = answers.map {
                Button(text: $0.text, callback_data: "\(mark):\($0.answer.word):\(incident)")
            }
            let rows = stride(from: 0, to: buttons.count, by: 2).map { Array(buttons[$0..<min($0 + 2, buttons.count)]) }
            return String(decoding: try ChatText.json(Keyboard(inline_keyboard: rows)), as: UTF8.self)
        }

        static func meaning(_ data: String) -> (IncidentAnswer, IncidentID)? {
            let parts = data.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3, parts[0] == mark, let answer = IncidentAnswer(word: parts[1]) else { return nil }
            return (answer, IncidentID(rawValue: parts[2]))
        }
    }
}

extension String {
    /// As much as Telegram shows over a button.
    fileprivate var clipped: String { count > 200 ? prefix(199) + "…" : self }
}

// MARK: - In the configuration

extension TelegramChannel: ConfigurableChannel {
    public struct Settings: ChannelSettings {
        public var botToken: Secret?
        /// Numbers, or @names of channels.
        public var chats: [String] = []
        public var baseURL: URL?
        public var hasButtons = true

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
            .flag(
                "buttons", \.hasButtons, default: true,
                "Whether people may answer by buttons below a message; the bot's updates are asked for then."),
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
            token: settings.botToken?.reveal() ?? "", chats: settings.chats, hasButtons: settings.hasButtons,
            logger: site.logger)
    }

    public static func recipients(_ settings: Settings) -> AlertRecipients { .named(settings.chats) }
}
