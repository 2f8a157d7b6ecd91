import Domain
import Foundation

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
