import Foundation

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
