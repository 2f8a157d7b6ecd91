import Domain
import Foundation
public import Settings

/// A Slack channel through an incoming webhook (<https://api.slack.com/messaging/webhooks>). Such a webhook takes no
/// file: the picture is behind the button. ``SlackBotChannel`` shows it.
public struct SlackChannel: AlertChannel, CustomStringConvertible {
    public let name: String
    private let url: String
    private let http: HTTPExchange

    /// - Parameter url: The webhook's; it is a secret, and never logged.
    public init(name: String, url: String, timeoutSeconds: Double = 10) {
        self.name = name
        self.url = url
        http = HTTPExchange(timeoutSeconds: timeoutSeconds)
    }

    public var description: String { "Slack channel \(name)" }

    public func send(_ delivery: AlertDelivery) async throws(AlertError) -> AlertReceipt {
        let body = try ChatText.json(Message(delivery))
        let answer = try await http.post(
            url, headers: [("Content-Type", "application/json")], body: body,
            maximumBytes: { $0 >= 400 ? 200 : 0 })
        // Slack says why in a word, such as "invalid_token" or "channel_is_archived".
        let word = String(decoding: answer.body, as: UTF8.self)
        let isWord = !word.isEmpty && word.allSatisfy { $0.isASCII && ($0.isLetter || $0 == "_") }
        // What is wrong with the webhook may be put right; the message is not at fault.
        if [404, 410].contains(answer.status) {
            throw .temporary(reason: "Slack: HTTP \(answer.status)\(isWord ? " (\(word))" : "")")
        }
        try HTTPVerdict.check(answer, "Slack", note: isWord ? word : nil)
        return .delivered
    }

    private struct Message: Encodable {
        /// For notifications on telephones.
        var text: String
        var blocks: [SlackText.Block]

        init(_ delivery: AlertDelivery) {
            text = SlackText.escaped(delivery.textWithoutLink)
            blocks = SlackText.blocks(delivery)
        }
    }
}

// MARK: - In the configuration

extension SlackChannel: ConfigurableChannel {
    public struct Settings: ChannelSettings {
        public var url: SecretURL?
        public var botToken: Secret?
        /// Slack's id of the channel.
        public var channel: String?
        public var baseURL: URL?

        public init() {}
    }

    public static let type = ChannelType(
        "slack", "A Slack channel: an incoming webhook takes text alone, a bot shows the picture too.",
        exampleName: "slack-safety",
        traits: .init(
            through: "an incoming webhook (`url`), or a bot (`bot_token`, `channel`)",
            picture: "behind the button; with a bot: yes", sentWhen: "200; with a bot: `ok`"),
        parameters: [
            .secretAddress(
                "url", \Settings.url, isNeeded: false, "An incoming webhook; whoever has it can write.",
                example: "https://hooks.slack.com/services/${SLACK_PATH}"),
            .secret(
                "bot_token", \.botToken, what: "the bot's token",
                "A bot instead of the url, with the rights files:write and chat:write."),
            .optionalText(
                "channel", \.channel, channelForm, "The bot's channel, of which it must be a member."
            ) { text in
                let isID =
                    (2...40).contains(text.count)
                    && text.allSatisfy { $0.isASCII && ($0.isUppercase || $0.isNumber) }
                return isID ? text : nil
            },
            .address(
                "base_url", \.baseURL, default: SlackBotChannel.publicBaseURL,
                "Another server that speaks Slack's API."),
        ],
        check: { settings, reading in
            guard reading.isGiven("bot_token") else {
                reading.require("url", "https://hooks.slack.com/…, or bot_token and channel")
                return
            }
            if reading.isGiven("url") {
                reading.refuse(
                    "url", found: "an address beside bot_token",
                    allowed: "one of them: url for an incoming webhook, bot_token and channel for a bot")
            } else {
                reading.require("channel", channelForm)
            }
        })

    private static let channelForm = "a channel's id, as in C0123456789 (at the foot of its details in Slack)"

    public static func make(_ name: String, _ settings: Settings, at site: ChannelSite) -> any AlertChannel {
        guard let token = settings.botToken, let channel = settings.channel else {
            return SlackChannel(name: name, url: settings.url.text)
        }
        return SlackBotChannel(
            name: name, baseURL: settings.baseURL?.absoluteString ?? SlackBotChannel.publicBaseURL,
            token: token.reveal(), channel: channel)
    }
}

/// A Slack channel through a bot, with the incident's picture: asked for a place, put there, and shared with the text
/// (<https://docs.slack.dev/messaging/working-with-files>). Without a picture it is one message. The bot needs the rights
/// `files:write` and `chat:write`, and must be a member of the channel.
public struct SlackBotChannel: AlertChannel, CustomStringConvertible {
    public static let publicBaseURL = "https://slack.com"

    public let name: String
    private let baseURL: String
    private let token: String
    private let channel: String
    private let http: HTTPExchange

    private static let maximumPictureBytes = 1_000_000

    /// - Parameters:
    ///   - token: The bot's; never logged.
    ///   - channel: Slack's id of the channel.
    public init(
        name: String, baseURL: String = publicBaseURL, token: String, channel: String, timeoutSeconds: Double = 10
    ) {
        self.name = name
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.token = token
        self.channel = channel
        http = HTTPExchange(timeoutSeconds: timeoutSeconds)
    }

    public var description: String { "Slack channel \(name)" }

    public func send(_ delivery: AlertDelivery) async throws(AlertError) -> AlertReceipt {
        if let picture = await delivery.picture(maximumBytes: Self.maximumPictureBytes),
            let file = await uploaded(picture)
        {
            let share = Share(
                files: [.init(id: file, title: delivery.subject)], channel_id: channel,
                initial_comment: SlackText.withLink(delivery))
            _ = try await call("files.completeUploadExternal", try ChatText.json(share), "application/json")
        } else {
            _ = try await call("chat.postMessage", try ChatText.json(Post(channel, delivery)), "application/json")
        }
        return .delivered
    }

    private struct Share: Encodable {
        struct File: Encodable {
            var id: String
            var title: String
        }
        var files: [File]
        var channel_id: String
        var initial_comment: String
    }

    private struct Post: Encodable {
        var channel: String
        var text: String
        var blocks: [SlackText.Block]

        init(_ channel: String, _ delivery: AlertDelivery) {
            self.channel = channel
            text = SlackText.escaped(delivery.textWithoutLink)
            blocks = SlackText.blocks(delivery)
        }
    }

    private struct Answer: Decodable {
        var ok: Bool
        var error: String?
        var upload_url: String?
        var file_id: String?
    }

    /// - Returns: Slack's name for the file; nil when it did not take it: then the text goes alone, and nothing was shown yet.
    private func uploaded(_ picture: Data) async -> String? {
        let form = FormEncoding.encoded([("filename", "incident.jpg"), ("length", "\(picture.count)")])
        guard
            let place = try? await call(
                "files.getUploadURLExternal", Data(form.utf8), "application/x-www-form-urlencoded"),
            let address = place.upload_url, let file = place.file_id,
            let taken = try? await http.post(
                address, headers: [("Content-Type", "application/octet-stream")], body: picture,
                maximumBytes: { _ in 0 }),
            (200..<300).contains(taken.status)
        else { return nil }
        return file
    }

    private func call(_ method: String, _ body: Data, _ contentType: String) async throws(AlertError) -> Answer {
        let answer = try await http.post(
            "\(baseURL)/api/\(method)",
            headers: [("Content-Type", contentType + "; charset=utf-8"), ("Authorization", "Bearer \(token)")],
            body: body, maximumBytes: { _ in 64 << 10 })
        guard answer.status == 200 else {
            try HTTPVerdict.check(answer, "Slack")
            throw .temporary(reason: "Slack: HTTP \(answer.status)")
        }
        guard let told = try? JSONDecoder().decode(Answer.self, from: answer.body) else {
            throw .outcomeUnknown(reason: "Slack: an answer that can't be read")
        }
        guard !told.ok else { return told }
        let word = told.error ?? ""
        let isWord = !word.isEmpty && word.count <= 60 && word.allSatisfy { $0.isASCII && ($0.isLetter || $0 == "_") }
        let reason = "Slack: \(isWord ? word : "refused")"
        // Nearly all that Slack refuses is the bot's set-up, which can be put right.
        if ["msg_too_long", "invalid_blocks", "no_text"].contains(word) { throw .permanent(reason: reason) }
        throw .temporary(reason: reason, retryAfterSeconds: answer.retryAfterSeconds)
    }
}

/// What a Slack message is made of (<https://docs.slack.dev/reference/block-kit/blocks>).
enum SlackText {
    struct Text: Encodable {
        var type: String
        var text: String
    }

    struct Button: Encodable {
        var type = "button"
        var text: Text
        var url: String
    }

    struct Block: Encodable {
        var type: String
        var text: Text?
        var elements: [Button]?
    }

    /// The text, and a button that opens the page.
    static func blocks(_ delivery: AlertDelivery) -> [Block] {
        let text = escaped(delivery.textWithoutLink)
        var blocks = [Block(type: "section", text: Text(type: "mrkdwn", text: String(text.prefix(3000))))]
        if let link = delivery.link {
            let label = Text(type: "plain_text", text: String(delivery.buttonText.prefix(75)))
            blocks.append(Block(type: "actions", elements: [Button(text: label, url: link.absoluteString)]))
        }
        return blocks
    }

    /// In one text, for what takes no button.
    static func withLink(_ delivery: AlertDelivery) -> String {
        let text = escaped(delivery.textWithoutLink)
        return delivery.link.map { "\(text) <\($0.absoluteString)|\(escaped(delivery.buttonText))>" } ?? text
    }

    /// The three characters that mean something to Slack; names can't become mentions or links.
    static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
            .replacingOccurrences(of: ">", with: "&gt;")
    }
}
