public import Domain
import Foundation
public import Settings

/// E-mail with the picture inline. After an attempt of unknown outcome it goes out again under the same Message-ID, which
/// mail programs show once.
public struct MailChannel: AlertChannel, CustomStringConvertible {
    public let name: String
    private let from: String
    private let footer: String
    private let transfer: SMTPTransfer
    private let clock: any WallClock

    private static let maximumPictureBytes = 400_000

    /// - Parameters:
    ///   - from: The sender's address.
    ///   - footer: The line below the text: who sends this.
    public init(name: String, server: SMTPServer, from: String, footer: String, clock: any WallClock = SystemClock()) {
        self.name = name
        self.from = from
        self.footer = footer
        self.clock = clock
        transfer = SMTPTransfer(server)
    }

    public var description: String { "mail channel \(name)" }

    public func send(_ delivery: AlertDelivery) async throws(AlertError) -> AlertReceipt {
        let picture = await delivery.picture(maximumBytes: Self.maximumPictureBytes)
        let text = delivery.message.alert.text
        let mail = MailMessage(
            from: from, recipient: delivery.message.alert.recipient, subject: delivery.subject,
            text: text + "\r\n\r\n-- \r\n" + footer + "\r\n",
            html: MailHTML.page(
                text: delivery.textWithoutLink, link: delivery.link, button: delivery.buttonText,
                hasPicture: picture != nil, footer: footer),
            picture: picture, key: delivery.message.idempotencyKey, date: clock.now())
        try await transfer.send(
            from: MailMessage.address(from), to: MailMessage.address(delivery.message.alert.recipient), mail.data)
        return .delivered
    }
}

// MARK: - In the configuration

extension MailChannel: ConfigurableChannel {
    public struct Settings: ChannelSettings {
        public var host = ""
        public var security = SMTPServer.Security.startTLS
        /// Nil: the usual one of the security.
        public var port: Int?
        public var username: String?
        public var password: Secret?
        public var caFile: URL?
        public var from: [String] = []
        public var to: [String] = []

        public init() {}

        /// The server's port, or the usual one.
        var usedPort: Int {
            if let port { return port }
            return switch security {
            case .startTLS: 587
            case .tls: 465
            case .none: 25
            }
        }
    }

    public static let type = ChannelType(
        "mail", "E-mail with the picture inline.", exampleName: "office",
        traits: .init(
            through: "SMTP with STARTTLS (587), TLS (465) or neither", picture: "inline",
            sentWhen: "the server has taken it"),
        parameters: [
            .host("host", \Settings.host, "The server that takes the mail.", example: "mail.example.com"),
            .choice(
                "security", \.security, default: .startTLS,
                "How the connection is encrypted; none only for a server on this machine."),
            .port("port", \.port, default: "587; 465 with tls, 25 with none", "The server's port."),
            .optionalText(
                "username", \.username, "a text", "Where the server wants one.", example: "aislewatch@example.com"),
            .secret(
                "password", \.password, what: "the password", "Needed with username.", example: "${MAIL_PASSWORD}"),
            .file("ca_file", \.caFile, "Certificates that are trusted instead of the system's."),
            .texts(
                "from", \.from, addressForm, one: "address", "The sender.", example: "aislewatch@example.com",
                identity: { $0.lowercased() }, check: address),
            .texts(
                "to", \.to, addressForm, one: "address", "Who gets the messages.", example: "[office@example.com]",
                identity: { $0.lowercased() }, check: address),
        ],
        check: { settings, reading in
            if reading.isGiven("username") { reading.require("password", "with username: ${NAME} or file:PATH") }
            if settings.security == .none, !["", "localhost", "127.0.0.1", "::1"].contains(settings.host) {
                reading.warn("security", "is none", allowed: "use starttls or tls for other machines")
            }
        })

    private static let addressForm = "an address as in name@example.com"

    public static func make(_ name: String, _ settings: Settings, at site: ChannelSite) -> any AlertChannel {
        let server = SMTPServer(
            host: settings.host, port: settings.usedPort, security: settings.security, user: settings.username,
            password: settings.password?.reveal(), caFile: settings.caFile?.path)
        return MailChannel(
            name: name, server: server, from: settings.from.first ?? "",
            footer: site.name.isEmpty ? "Aislewatch" : "\(site.name) · Aislewatch", clock: site.clock)
    }

    public static func recipients(_ settings: Settings) -> AlertRecipients { .named(settings.to) }

    /// What could end a header or a command is not part of an address.
    private static func address(_ text: String) -> String? {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        let isAddress =
            parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && text.count <= 254
            && text.unicodeScalars.allSatisfy {
                $0.value > 0x20 && $0.value < 0x7F && !"<>,;:\"\\()[]".unicodeScalars.contains($0)
            }
        return isAddress ? text : nil
    }
}

/// What a mail looks like: the text, the picture, a button. No script, no style sheet, nothing from elsewhere: mail
/// programs would take it out.
enum MailHTML {
    static func page(text: String, link: URL?, button: String, hasPicture: Bool, footer: String) -> String {
        let picture =
            hasPicture
            ? "<p style=\"margin:16px 0\"><img src=\"cid:picture\" alt=\"\" width=\"560\" "
                + "style=\"max-width:100%;height:auto;border-radius:6px;display:block\"></p>" : ""
        let action =
            link.map { link in
                "<p style=\"margin:20px 0\"><a href=\"\(HTML.escape(link.absoluteString))\" style=\"background:#0b5cad;"
                    + "color:#ffffff;padding:12px 20px;border-radius:6px;text-decoration:none;display:inline-block\">"
                    + "\(HTML.escape(button))</a></p>"
            } ?? ""
        return """
            <!doctype html>
            <html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>
            <body style="margin:0;padding:24px;background:#f4f5f7;font-family:-apple-system,'Segoe UI',Helvetica,Arial,\
            sans-serif;color:#1c2430">
            <div style="max-width:600px;margin:0 auto;background:#ffffff;border-radius:8px;padding:24px">
            <p style="font-size:18px;line-height:1.45;margin:0">\(HTML.escape(text))</p>
            \(picture)
            \(action)
            </div>
            <p style="max-width:600px;margin:12px auto 0;font-size:12px;color:#66707d">\(HTML.escape(footer))</p>
            </body></html>
            """
    }
}

/// A mail as it goes over the wire (RFC 5322, 2045 and 2387): the text plain and as HTML, the picture inline.
///
/// Everything that comes from outside is either base64 or one line without control characters, so that no name can add a
/// header or a recipient.
struct MailMessage {
    var from: String
    var recipient: String
    var subject: String
    var text: String
    var html: String
    /// Shown where the HTML says `cid:picture`.
    var picture: Data?
    /// The same for every attempt: mail programs show a repetition once.
    var key: String
    var date: Date

    var data: Data {
        let boundary = "=_aislewatch_\(key)"
        let alternative = "=_aislewatch_alt_\(key)"
        var lines = [
            "From: Aislewatch <\(Self.address(from))>", "To: <\(Self.address(recipient))>",
            "Subject: \(Self.header(subject))", "Date: \(Self.date(date))",
            "Message-ID: <\(key)@\(Self.domain(from))>", "MIME-Version: 1.0", "Auto-Submitted: auto-generated",
            "X-Aislewatch-Key: \(key)",
            "Content-Type: multipart/related; type=\"multipart/alternative\"; boundary=\"\(boundary)\"", "",
            "--\(boundary)", "Content-Type: multipart/alternative; boundary=\"\(alternative)\"", "",
        ]
        for (type, content) in [("plain", text), ("html", html)] {
            lines += [
                "--\(alternative)", "Content-Type: text/\(type); charset=utf-8", "Content-Transfer-Encoding: base64",
                "",
                Self.base64(Data(content.utf8)), "",
            ]
        }
        lines += ["--\(alternative)--", ""]
        if let picture {
            lines += [
                "--\(boundary)", "Content-Type: image/jpeg; name=\"incident.jpg\"", "Content-Transfer-Encoding: base64",
                "Content-ID: <picture>", "Content-Disposition: inline; filename=\"incident.jpg\"", "",
                Self.base64(picture), "",
            ]
        }
        lines += ["--\(boundary)--", ""]
        return Data(lines.joined(separator: "\r\n").utf8)
    }

    /// An address that can't leave its brackets.
    static func address(_ text: String) -> String {
        String(
            text.unicodeScalars.filter { $0.value > 0x20 && $0.value < 0x7F && !"<>,;\"\\".unicodeScalars.contains($0) }
                .map(Character.init))
    }

    private static func domain(_ address: String) -> String {
        let domain = Self.address(address).split(separator: "@").last.map(String.init) ?? ""
        return domain.isEmpty ? "localhost" : domain
    }

    /// Encoded words of at most 75 characters, each with whole characters (RFC 2047, 2 and 5).
    private static func header(_ text: String) -> String {
        let line = ChatText.line(text)
        if line.utf8.count <= 60, !line.utf8.contains(where: { $0 >= 0x80 }), !line.contains("=?") { return line }
        var words: [String] = [], current = ""
        for character in line {
            if current.utf8.count + String(character).utf8.count > 42 {
                words.append(current)
                current = ""
            }
            current.append(character)
        }
        words.append(current)
        return words.map { "=?UTF-8?B?" + Data($0.utf8).base64EncodedString() + "?=" }.joined(separator: "\r\n ")
    }

    private static func base64(_ data: Data) -> String {
        data.base64EncodedString(options: [.lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed])
    }

    /// RFC 5322, 3.3, in UTC.
    private static func date(_ date: Date) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss '+0000'"
        return formatter.string(from: date)
    }
}
