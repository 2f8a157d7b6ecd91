public import Domain
import Foundation

/// A JSON object to any HTTP endpoint. Any 2xx counts as taken; the same key comes with every attempt, in the header
/// `Idempotency-Key` and in the body, so that the receiver can drop a repetition.
public struct WebhookChannel: AlertChannel, CustomStringConvertible {
    public let name: String
    private let url: String
    private let headers: [(String, String)]
    private let http: HTTPExchange

    /// - Parameters:
    ///   - name: The channel's name in the configuration.
    ///   - url: May hold a secret; it is never logged.
    ///   - headers: Sent along, such as an Authorization.
    ///   - timeoutSeconds: For one request.
    public init(name: String, url: String, headers: [String: String] = [:], timeoutSeconds: Double = 10) {
        self.name = name
        self.url = url
        self.headers = headers.sorted { $0.key < $1.key }
        http = HTTPExchange(timeoutSeconds: timeoutSeconds)
    }

    public var description: String { "webhook channel \(name)" }

    public func send(_ message: OutboxMessage, incident: Incident) async throws(AlertError) {
        guard let body = try? WebhookBody(message, incident).json() else {
            throw .permanent(reason: "the incident can't be told in JSON")
        }
        let fixed = [("Content-Type", "application/json"), ("Idempotency-Key", message.idempotencyKey)]
        let answer = try await http.post(url, headers: headers + fixed, body: body, maximumBytes: { _ in 0 })
        let reason = "webhook: HTTP \(answer.status)"
        switch answer.status {
        case 200..<300: return
        // The message itself is what the receiver will never take.
        case 400, 405, 406, 409, 410, 411, 413, 414, 415, 422, 451: throw .permanent(reason: reason)
        default: throw .temporary(reason: reason, retryAfterSeconds: answer.retryAfterSeconds)
        }
    }

    public func wasSent(_ message: OutboxMessage) async throws(AlertError) -> Bool? { nil }
}
