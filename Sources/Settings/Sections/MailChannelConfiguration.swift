import Foundation

/// A channel of `type: mail`: e-mail through an SMTP server.
public struct MailChannelConfiguration: Hashable, Sendable {
    /// How the connection is protected.
    public enum Security: String, Hashable, Sendable, CaseIterable {
        /// Encrypted after the greeting; insisted on.
        case starttls
        /// Encrypted from the first byte.
        case tls
        /// Not at all.
        case none
    }

    public var name: String
    public var host: String
    /// Default: 587, 465 with `tls`, 25 with `none`.
    public var port: Int
    /// Default: starttls.
    public var security: Security
    /// Nil: no authentication.
    public var username: String?
    public var password: Secret?
    /// Trusted instead of the system's certificates; nil: the system's.
    public var caFile: URL?
    public var from: String
    public var to: [String]

    init?(name: String, reading section: Section) {
        self.name = name
        security = section.choice("security", default: .starttls)
        let standard =
            switch security {
            case .starttls: 587
            case .tls: 465
            case .none: 25
            }
        port = section.integer("port", default: standard, in: 1...65_535, unit: "")
        caFile = section.path("ca_file")
        username = section.text("username")?.value
        password = section.secret("password", what: "the password")
        let host = section.hostName("host")
        let from = section.mailAddresses("from").first
        to = section.mailAddresses("to")
        if username != nil, section.node("password") == nil {
            section.missing("password", allowed: "needed with username: ${NAME} or file:PATH")
        }
        if security == .none, let host, !["localhost", "127.0.0.1", "::1"].contains(host.value) {
            section.context.warning(
                host.mark, found: "\(section.name("security")) is none",
                allowed: "use starttls or tls for other machines"
            )
        }
        guard let host, let from, !to.isEmpty else { return nil }
        self.host = host.value
        self.from = from
    }
}

extension Section {
    /// A host's name or address; needed.
    func hostName(_ key: String) -> Marked<String>? {
        let allowed = "a host's name or address, without scheme and port"
        guard node(key) != nil else {
            missing(key, allowed: "needed: \(allowed)")
            return nil
        }
        guard let text = text(key, allowed: allowed) else { return nil }
        let isHost =
            text.value.count <= 253
            && text.value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-:[]_".contains($0)) }
        guard isHost else {
            refuse(key, at: text.mark, found: "\"\(ReadingContext.clip(text.value))\"", allowed: allowed)
            return nil
        }
        return text
    }

    /// Addresses as in name@example.com; needed. What could end a header or a command is not part of one.
    func mailAddresses(_ key: String) -> [String] {
        let allowed = "an address as in name@example.com"
        if node(key) == nil { missing(key, allowed: "needed: \(allowed)") }
        var seen: Set<String> = []
        return texts(key, of: "addresses").compactMap { text in
            let parts = text.value.split(separator: "@", omittingEmptySubsequences: false)
            let isAddress =
                parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && text.value.count <= 254
                && text.value.unicodeScalars.allSatisfy {
                    $0.value > 0x20 && $0.value < 0x7F && !"<>,;:\"\\()[]".unicodeScalars.contains($0)
                }
            guard isAddress else {
                refuse(key, at: text.mark, found: "\"\(ReadingContext.clip(text.value))\"", allowed: allowed)
                return nil
            }
            guard seen.insert(text.value.lowercased()).inserted else {
                refuse(key, at: text.mark, found: "\"\(text.value)\" a second time", allowed: "each address once")
                return nil
            }
            return text.value
        }
    }
}
