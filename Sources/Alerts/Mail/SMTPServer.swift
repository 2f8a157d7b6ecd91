/// Where mail is handed in, and how.
public struct SMTPServer: Hashable, Sendable {
    public enum Security: String, Hashable, Sendable, CaseIterable {
        /// Encrypted after the greeting (port 587); refused when the server can't.
        case startTLS = "starttls"
        /// Encrypted from the first byte (port 465).
        case tls
        /// Not at all: only for a server on this machine.
        case none
    }

    public var host: String
    public var port: Int
    public var security: Security
    /// Nil: no authentication.
    public var user: String?
    public var password: String?
    /// Certificates that are trusted instead of the system's; nil: the system's.
    public var caFile: String?
    /// For the whole of one mail.
    public var timeoutSeconds = 20.0

    public init(
        host: String, port: Int, security: Security, user: String? = nil, password: String? = nil, caFile: String? = nil
    ) {
        self.host = host
        self.port = port
        self.security = security
        self.user = user
        self.password = password
        self.caFile = caFile
    }
}
