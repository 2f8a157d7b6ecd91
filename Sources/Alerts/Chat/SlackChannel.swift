import Domain
import Foundation

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
