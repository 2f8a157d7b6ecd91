internal import CCurl
import Domain
import Foundation

/// Hands mail in by SMTP. The only place that touches libcurl.
final class SMTPTransfer: Sendable {
    private let server: SMTPServer
    /// Transfers block: they get threads of their own, so that the cooperative pool stays free.
    private let work = BlockingWork("mail", maxThreads: 8)
    private static let isReady = aw_curl_init() == 0

    init(_ server: SMTPServer) { self.server = server }

    /// Returns when the server has taken the mail.
    func send(from: String, to recipient: String, _ data: Data) async throws(AlertError) {
        guard Self.isReady else { throw .temporary(reason: "mail: libcurl could not be set up") }
        let result = await work.run { [self] in transfer(from: from, to: recipient, data) }
        if let failure = Self.failure(result) { throw failure }
    }

    private func transfer(from: String, to recipient: String, _ data: Data) -> aw_smtp_result {
        data.withUnsafeBytes { bytes in
            withCStrings([server.host, server.caFile, server.user, server.password, from, recipient]) { texts in
                var mail = aw_smtp_mail()
                mail.host = texts[0]
                mail.port = Int32(clamping: server.port)
                mail.security = Int32(server.security.code.rawValue)
                mail.ca_file = texts[1]
                mail.user = texts[2]
                mail.password = texts[3]
                mail.from = texts[4]
                mail.recipient = texts[5]
                mail.data = bytes.bindMemory(to: UInt8.self).baseAddress
                mail.length = bytes.count
                mail.connect_timeout_ms = 5000
                mail.timeout_ms = Int(server.timeoutSeconds * 1000)
                return "aislewatch".withCString { hello in
                    mail.hello = hello
                    return aw_smtp_send(&mail)
                }
            }
        }
    }

    /// The texts as C strings for as long as `body` runs; nil stays nil.
    private func withCStrings<Result>(
        _ texts: [String?], _ body: ([UnsafePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = texts.map { $0.map { strdup($0) } ?? nil }
        defer { for copy in copies { free(copy) } }
        return body(copies.map { $0.map { UnsafePointer($0) } })
    }

    /// - Returns: nil when the server has taken the mail. Reasons hold no address and nothing the server said.
    private static func failure(_ result: aw_smtp_result) -> AlertError? {
        guard result.code != 0 else { return nil }
        let reply = result.response > 0 ? ", reply \(result.response)" : ""
        if result.is_connect_error != 0 { return .temporary(reason: "mail: no connection to the server") }
        if result.is_tls_error != 0 {
            return .temporary(reason: "mail: the server's certificate is not trusted, or it offers no TLS")
        }
        if result.is_login_error != 0 {
            return .temporary(reason: "mail: the server refuses user or password\(reply)")
        }
        // A refusal is an answer: RFC 5321, 4.2.1: 5yz for good, 4yz for now.
        if (500..<600).contains(result.response) { return .permanent(reason: "mail: refused\(reply)") }
        if (400..<500).contains(result.response) { return .temporary(reason: "mail: not now\(reply)") }
        guard result.bytes_read > 0 else {
            return .temporary(
                reason: result.is_timeout != 0 ? "mail: no answer in time" : "mail: the connection broke off")
        }
        return .outcomeUnknown(reason: "mail: the connection broke off while the mail was handed in")
    }
}

extension SMTPServer.Security {
    fileprivate var code: aw_smtp_security {
        switch self {
        case .none: AW_SMTP_NONE
        case .startTLS: AW_SMTP_STARTTLS
        case .tls: AW_SMTP_TLS
        }
    }
}

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
