public import Foundation
import Glibc

/// A browser on which somebody wants to be told: a subscription of Web Push (RFC 8030).
public struct PushDevice: Hashable, Sendable {
    /// Bytes of an uncompressed point of P-256.
    public static let keyBytes = 65
    public static let secretBytes = 16

    /// Names it; made from the address.
    public var id: String
    public var account: String
    /// Where its push service takes messages. Who knows it can't use it: messages must be signed by ``serverKey``.
    public var endpoint: String
    /// The browser's public key: an uncompressed point of P-256 (`p256dh`).
    public var publicKey: Data
    /// What the browser's and our keys are mixed with (`auth`).
    public var authSecret: Data
    /// Our public key as the push service knows it.
    public var serverKey: Data
    /// In words: "Firefox, Android".
    public var browser: String
    public var createdAt: Date
    /// When a push service took a message for it last, to the minute.
    public var sentAt: Date?

    public init(
        id: String, account: String, endpoint: String, publicKey: Data, authSecret: Data, serverKey: Data,
        browser: String, createdAt: Date, sentAt: Date? = nil
    ) {
        self.id = id
        self.account = account
        self.endpoint = endpoint
        self.publicKey = publicKey
        self.authSecret = authSecret
        self.serverKey = serverKey
        self.browser = browser
        self.createdAt = createdAt
        self.sentAt = sentAt
    }

    /// How messages name it: `account/id`, of which an account's name can't hold the stroke.
    public var recipient: String { "\(account)/\(id)" }
}

/// Where a push service takes messages. A browser says where that is, so it may be anything: nobody may have us ask machines
/// of our own network by it.
public struct PushEndpoint: Hashable, Sendable {
    /// Why an address is refused, in a few words without the address.
    public struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    public static let maxLength = 2000

    public let url: String
    /// Scheme, host and port, as a signature names whom it is for (RFC 6454).
    public let origin: String
    public let host: String

    /// - Parameter allowsPrivate: A push service of one's own may stand in the own network, and speak without TLS there.
    public init(_ text: String, allowsPrivate: Bool) throws(Refusal) {
        guard text.utf8.count <= Self.maxLength, let parts = URLComponents(string: text), let scheme = parts.scheme,
            let host = parts.encodedHost, !host.isEmpty, !host.contains("%"), parts.user == nil, parts.password == nil,
            parts.fragment == nil
        else { throw Refusal(description: "it is no address of a push service") }
        guard scheme == "https" || scheme == "http" && allowsPrivate else {
            throw Refusal(description: "a push service speaks https")
        }
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        let address = IPAddress(bare)
        // Names for this machine and for the local network; others are looked up when a message goes out.
        let name = bare.lowercased().trimmingCharacters(in: CharacterSet(charactersIn: "."))
        let isLocal = address.map { !$0.isPublic } ?? (!name.contains(".") || name.hasSuffix(".local"))
        guard allowsPrivate || !isLocal else {
            throw Refusal(description: "it is in a private network (see private_servers in docs/alerts.md)")
        }
        url = text
        self.host = bare
        origin = "\(scheme)://\(host.lowercased())" + (parts.port.map { ":\($0)" } ?? "")
    }
}

/// An IPv4 or IPv6 address as numbers.
public struct IPAddress: Hashable, Sendable {
    /// 4 or 16.
    private let bytes: [UInt8]

    /// - Returns: nil for a name.
    public init?(_ text: String) {
        var four = in_addr()
        // Older spellings too, which resolvers take for an address: 127.1, 0x7f000001.
        if !text.contains(":"), inet_aton(text, &four) != 0 {
            bytes = withUnsafeBytes(of: &four) { Array($0) }
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        bytes = withUnsafeBytes(of: &six) { Array($0) }
    }

    /// Whether it is one that the internet routes to single machines (IANA's registries of special-purpose addresses).
    public var isPublic: Bool {
        if bytes.count == 4 { return Self.isPublic(bytes[...]) }
        // An IPv4 address in IPv6's form, as it is or through a translator (RFC 6052).
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        if isMapped || bytes.starts(with: [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]) {
            return Self.isPublic(bytes[12...])
        }
        // 2000::/3 without Teredo and its neighbours, documentation, and 6to4, which holds an IPv4 address.
        return bytes[0] & 0xE0 == 0x20 && !(bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] < 2)
            && !bytes.starts(with: [0x20, 0x01, 0x0D, 0xB8]) && !bytes.starts(with: [0x20, 0x02])
    }

    private static func isPublic(_ four: ArraySlice<UInt8>) -> Bool {
        let number = four.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let others: [(first: UInt32, bits: UInt32)] = [
            (0x0000_0000, 8), (0x0A00_0000, 8), (0x6440_0000, 10), (0x7F00_0000, 8), (0xA9FE_0000, 16),
            (0xAC10_0000, 12), (0xC000_0000, 24), (0xC000_0200, 24), (0xC0A8_0000, 16), (0xC612_0000, 15),
            (0xC633_6400, 24), (0xCB00_7100, 24), (0xE000_0000, 3),
        ]
        return !others.contains { number >> (32 - $0.bits) == $0.first >> (32 - $0.bits) }
    }
}
