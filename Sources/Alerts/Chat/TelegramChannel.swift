import Domain
import Foundation

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
