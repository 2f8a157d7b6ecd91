/// Where messages are published, and how.
public struct MQTTBroker: Hashable, Sendable {
    public var host: String
    public var port: Int
    public var clientID: String
    /// Nil: no authentication.
    public var user: String?
    public var password: String?
    /// Whether the connection is encrypted.
    public var isEncrypted: Bool
    /// Certificates that are trusted instead of the system's; nil: the system's.
    public var caFile: String?
    /// Before every topic.
    public var baseTopic: String
    /// Home Assistant's; nil: nothing is published for it.
    public var discoveryPrefix: String?
    /// Whether messages from the broker may trigger a recording or switch a camera off.
    public var acceptsCommands: Bool

    public init(
        host: String, port: Int, clientID: String = "aislewatch", user: String? = nil, password: String? = nil,
        isEncrypted: Bool = false, caFile: String? = nil, baseTopic: String = "aislewatch",
        discoveryPrefix: String? = "homeassistant", acceptsCommands: Bool = true
    ) {
        self.host = host
        self.port = port
        self.clientID = clientID
        self.user = user
        self.password = password
        self.isEncrypted = isEncrypted
        self.caFile = caFile
        self.baseTopic = baseTopic
        self.discoveryPrefix = discoveryPrefix
        self.acceptsCommands = acceptsCommands
    }
}
