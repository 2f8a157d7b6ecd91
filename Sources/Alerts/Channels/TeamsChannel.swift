import Domain
import Foundation
public import Settings

/// A Microsoft Teams channel through a workflow's webhook, as an adaptive card
/// (<https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook>). The whole
/// message may have 28 KB, so its picture is a small one.
public struct TeamsChannel: AlertChannel, CustomStringConvertible {
    public let name: String
    private let url: String
    private let http: HTTPExchange

    /// Leaves room for the card within 28 KB after base64.
    private static let maximumPictureBytes = 18_000

    /// - Parameter url: The workflow's; it is a secret, and never logged.
    public init(name: String, url: String, timeoutSeconds: Double = 10) {
        self.name = name
        self.url = url
        http = HTTPExchange(timeoutSeconds: timeoutSeconds)
    }

    public var description: String { "Teams channel \(name)" }

    public func send(_ delivery: AlertDelivery) async throws(AlertError) -> AlertReceipt {
        let picture = await delivery.picture(maximumBytes: Self.maximumPictureBytes)
        let body = try ChatText.json(Message(delivery, picture: picture))
        let answer = try await http.post(
            url, headers: [("Content-Type", "application/json")], body: body, maximumBytes: { _ in 0 })
        try HTTPVerdict.check(answer, "Teams")
        return .delivered
    }

    private struct Message: Encodable {
        struct Element: Encodable {
            var type: String
            var text: String?
            var weight: String?
            var wrap: Bool?
            var url: String?
            var altText: String?
        }
        struct Action: Encodable {
            var type = "Action.OpenUrl"
            var title: String
            var url: String
        }
        struct Card: Encodable {
            var type = "AdaptiveCard"
            var version = "1.4"
            var schema = "http://adaptivecards.io/schemas/adaptive-card.json"
            var body: [Element]
            var actions: [Action]

            enum CodingKeys: String, CodingKey {
                case type, version, body, actions
                case schema = "$schema"
            }
        }
        struct Attachment: Encodable {
            var contentType = "application/vnd.microsoft.card.adaptive"
            var content: Card
        }
        var type = "message"
        var attachments: [Attachment]

        init(_ delivery: AlertDelivery, picture: Data?) {
            var elements = [
                Element(type: "TextBlock", text: Self.plain(delivery.subject), weight: "Bolder", wrap: true),
                Element(type: "TextBlock", text: Self.plain(delivery.textWithoutLink), wrap: true),
            ]
            if let picture {
                elements.append(
                    Element(
                        type: "Image", url: "data:image/jpeg;base64," + picture.base64EncodedString(),
                        altText: delivery.subject))
            }
            let actions = delivery.link.map { [Action(title: delivery.buttonText, url: $0.absoluteString)] } ?? []
            attachments = [Attachment(content: Card(body: elements, actions: actions))]
        }

        /// Text blocks understand a little Markdown; names must not become links.
        private static func plain(_ text: String) -> String {
            text.reduce(into: "") { result, character in
                if "\\[]()*_`#".contains(character) { result += "\\" }
                result.append(character)
            }
        }
    }
}

// MARK: - In the configuration

extension TeamsChannel: ConfigurableChannel {
    public struct Settings: ChannelSettings {
        public var url: SecretURL?

        public init() {}
    }

    public static let type = ChannelType(
        "teams", "A Microsoft Teams channel.", exampleName: "teams-safety",
        traits: .init(
            through: "a workflow's webhook, as an adaptive card", picture: "small, inline", sentWhen: "any 2xx"),
        parameters: [
            .secretAddress(
                "url", \Settings.url, "The workflow's webhook; whoever has it can write.",
                example: "https://example.webhook.office.com/${TEAMS_PATH}")
        ])

    public static func make(_ name: String, _ settings: Settings, at site: ChannelSite) -> any AlertChannel {
        TeamsChannel(name: name, url: settings.url.text)
    }
}
