import Domain
import Foundation
public import Settings

/// A topic of ntfy, one's own server's or the public one's (<https://docs.ntfy.sh/publish/>): one call; with a picture that
/// is the body, and the text goes into headers.
public struct NtfyChannel: AlertChannel, CustomStringConvertible {
    public let name: String
    private let url: String
    private let token: String?
    private let http: HTTPExchange

    private static let maximumPictureBytes = 1_000_000

    /// - Parameters:
    ///   - url: Server and topic, `https://ntfy.sh/topic`. Whoever knows the topic can read along: it is never logged.
    ///   - token: An access token; nil where the topic needs none.
    public init(name: String, url: String, token: String?, timeoutSeconds: Double = 10) {
        self.name = name
        self.url = url
        self.token = token
        http = HTTPExchange(timeoutSeconds: timeoutSeconds)
    }

    public var description: String { "ntfy channel \(name)" }

    public func send(_ delivery: AlertDelivery) async throws(AlertError) -> AlertReceipt {
        let text = delivery.textWithoutLink
        var headers = [
            ("Title", ChatText.encodedWord(delivery.subject)), ("Priority", Self.priority(delivery.severity)),
            ("Idempotency-Key", delivery.message.idempotencyKey),
        ]
        if let link = delivery.link { headers.append(("Click", ChatText.line(link.absoluteString))) }
        if let actions = Self.actions(delivery) { headers.append(("Actions", actions)) }
        if let token { headers.append(("Authorization", "Bearer \(token)")) }
        var body = Data(text.utf8)
        if let picture = await delivery.picture(maximumBytes: Self.maximumPictureBytes) {
            headers += [("Filename", "incident.jpg"), ("Message", ChatText.encodedWord(text))]
            body = picture
        }
        var answer = try await http.post(url, headers: headers, body: body, maximumBytes: { _ in 0 })
        if answer.status == 413 || answer.status == 400, headers.contains(where: { $0.0 == "Filename" }) {
            // A server that takes no attachments still takes the text.
            headers.removeAll { ["Filename", "Message"].contains($0.0) }
            answer = try await http.post(url, headers: headers, body: Data(text.utf8), maximumBytes: { _ in 0 })
        }
        try HTTPVerdict.check(answer, "ntfy")
        return .delivered
    }

    /// As many as ntfy shows (<https://docs.ntfy.sh/publish/#action-buttons>).
    private static let maximumActions = 3

    /// Buttons that say something by the message's link, without opening a page.
    private static func actions(_ delivery: AlertDelivery) -> String? {
        guard let link = delivery.link, !delivery.answers.isEmpty else { return nil }
        struct Action: Encodable {
            var action = "http"
            var label: String
            var url: String
            var method = "POST"
            /// The message goes away when it has been said.
            var clear = true
        }
        let actions = delivery.answers.prefix(maximumActions).map { answer, text in
            let path = answer.word.replacing("_", with: "-")
            return Action(label: text, url: "\(link.absoluteString)/\(path)?way=ntfy")
        }
        // A header holds no letters beyond ASCII; the server reads JSON's escapes.
        return (try? ChatText.json(actions)).map { ChatText.escapedJSON(String(decoding: $0, as: UTF8.self)) }
    }

    private static func priority(_ severity: Severity) -> String {
        switch severity {
        case .low: "3"
        case .medium: "4"
        case .high: "5"
        }
    }
}

// MARK: - In the configuration

extension NtfyChannel: ConfigurableChannel {
    public struct Settings: ChannelSettings {
        public var url: SecretURL?
        public var token: Secret?

        public init() {}
    }

    public static let type = ChannelType(
        "ntfy", "A topic of ntfy, for telephones.", exampleName: "phones",
        traits: .init(through: "a topic", picture: "yes", sentWhen: "any 2xx"),
        parameters: [
            .secretAddress(
                "url", \Settings.url, "Server and topic; whoever knows it can read along.",
                example: "https://ntfy.example.com/aislewatch"),
            .secret(
                "token", \.token, what: "the access token", "The access token, where the topic needs one.",
                example: "${NTFY_TOKEN}"),
        ])

    public static func make(_ name: String, _ settings: Settings, at site: ChannelSite) -> any AlertChannel {
        NtfyChannel(name: name, url: settings.url.text, token: settings.token?.reveal())
    }
}
