public import Domain
import Foundation

/// A JSON object to any HTTP endpoint. Any 2xx counts as taken; the same key comes with every attempt, in the header
/// `Idempotency-Key` and in the body, so that the receiver can drop a repetition.
public struct WebhookChannel: AlertChannel, CustomStringConvertible {
    public let name: String
    private let url: String
    private let headers: [(String, String)]
    private let secret: String?
    private let clock: any WallClock
    private let http: HTTPExchange

    /// - Parameters:
    ///   - name: The channel's name in the configuration.
    ///   - url: May hold a secret; it is never logged.
    ///   - headers: Sent along, such as an Authorization.
    ///   - secret: Signs each request when there is one; see ``WebhookSignature``.
    ///   - timeoutSeconds: For one request.
    public init(
        name: String, url: String, headers: [String: String] = [:], secret: String? = nil,
        clock: any WallClock = SystemClock(), timeoutSeconds: Double = 10
    ) {
        self.name = name
        self.url = url
        self.headers = headers.sorted { $0.key < $1.key }
        self.secret = secret
        self.clock = clock
        http = HTTPExchange(timeoutSeconds: timeoutSeconds)
    }

    public var description: String { "webhook channel \(name)" }

    public func send(_ delivery: AlertDelivery) async throws(AlertError) -> AlertReceipt {
        guard let body = try? WebhookBody(delivery.message, delivery.incident).json() else {
            throw .permanent(reason: "the message can't be told in JSON")
        }
        var fixed = [
            ("Content-Type", "application/json"), ("Idempotency-Key", delivery.message.idempotencyKey),
        ]
        if let secret {
            let seconds = Int(clock.now().timeIntervalSince1970)
            fixed.append((WebhookSignature.header, WebhookSignature.value(secret: secret, body: body, at: seconds)))
        }
        let answer = try await http.post(url, headers: headers + fixed, body: body, maximumBytes: { _ in 0 })
        try HTTPVerdict.check(answer, "webhook")
        return .delivered
    }
}
