import Foundation

/// A channel of `type: mqtt`: a broker, for programs and home automation.
public struct MQTTChannelConfiguration: Hashable, Sendable {
    public var name: String
    public var host: String
    /// Default: 1883, 8883 with `tls`.
    public var port: Int
    /// Default: false.
    public var tls: Bool
    /// Trusted instead of the system's certificates; nil: the system's.
    public var caFile: URL?
    /// Nil: no authentication.
    public var username: String?
    public var password: Secret?
    /// Must differ between the clients of a broker. Default: aislewatch.
    public var clientID: String
    /// Before every topic. Default: aislewatch.
    public var baseTopic: String
    /// Default: homeassistant; nil (`none` in the file): nothing is published for it.
    public var discoveryPrefix: String?
    /// Whether messages from the broker may trigger recordings and switch cameras off. Default: true.
    public var commands: Bool

    init?(name: String, reading section: Section) {
        self.name = name
        tls = section.bool("tls", default: false)
        port = section.integer("port", default: tls ? 8883 : 1883, in: 1...65_535, unit: "")
        caFile = section.path("ca_file")
        username = section.text("username")?.value
        password = section.secret("password", what: "the password")
        commands = section.bool("commands", default: true)
        clientID = Self.word("client_id", default: "aislewatch", section)
        baseTopic = Self.word("base_topic", default: "aislewatch", section)
        let prefix = Self.word("discovery_prefix", default: "homeassistant", section)
        discoveryPrefix = prefix == "none" ? nil : prefix
        guard let host = section.hostName("host") else { return nil }
        self.host = host.value
    }

    /// Part of a topic: no wildcard, no slash at an end.
    private static func word(_ key: String, default fallback: String, _ section: Section) -> String {
        let allowed = "1 to 64 letters, digits, -, _ and / (not at an end)"
        guard let text = section.text(key, allowed: allowed) else { return fallback }
        let isWord =
            text.value.count <= 64 && !text.value.hasPrefix("/") && !text.value.hasSuffix("/")
            && text.value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_/".contains($0)) }
        guard isWord else {
            section.refuse(key, at: text.mark, found: "\"\(ReadingContext.clip(text.value))\"", allowed: allowed)
            return fallback
        }
        return text.value
    }
}
