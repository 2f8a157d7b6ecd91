import Foundation

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
