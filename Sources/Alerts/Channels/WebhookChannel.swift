import Crypto
public import Domain
import Foundation
public import Settings

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

// MARK: - In the configuration

extension WebhookChannel: ConfigurableChannel {
    public struct Settings: ChannelSettings {
        public var url: SecretURL?
        /// Added to every request.
        public var headers: [String: Secret] = [:]
        /// Signs each request.
        public var secret: Secret?

        public init() {}
    }

    public static let type = ChannelType(
        "webhook", "A JSON document by POST.", exampleName: "control-room",
        traits: .init(through: "POST of a JSON document", picture: "no", sentWhen: "any 2xx"),
        parameters: [
            .secretAddress(
                "url", \Settings.url, needs: "https://host/… or http://host/…", "Where the document is sent.",
                example: "https://hooks.example.com/aislewatch"),
            .headers(
                "headers", \.headers, "Header fields that are sent along.",
                example: "{Authorization: \"Bearer ${CONTROL_ROOM_TOKEN}\"}"),
            .secret(
                "secret", \.secret, what: "the key that signs requests",
                "Signs each request (docs/alerts.md says how to check it)."),
        ])

    public static func make(_ name: String, _ settings: Settings, at site: ChannelSite) -> any AlertChannel {
        WebhookChannel(
            name: name, url: settings.url.text, headers: settings.headers.mapValues { $0.reveal() },
            secret: settings.secret?.reveal(), clock: site.clock)
    }
}

/// What a webhook gets: `{"version", "idempotency_key", "purpose", "text", "link", "incident": {…}}`, dates in UTC, what
/// is unknown left out; messages about the installation have no incident.
struct WebhookBody: Encodable {
    struct Body: Encodable {
        var id: String
        var camera: String
        var kind: String
        var kinds: [String]
        var severity: String
        var start: String
        var end: String
        var confirmed: String
        /// x, y, width, height in pixels of a picture of `frame_size`.
        var region: Region
        var frame_size: FrameSize
        var drop_metres: Double?
        var area_square_metres: Double?
        var zone: String?
        var from_zone: String?
        /// Only where it is a drill.
        var test: Bool?

        init(_ incident: Incident) {
            id = incident.id.rawValue
            camera = incident.camera.rawValue
            kind = incident.kind.rawValue
            kinds = incident.kinds.map(\.rawValue)
            severity = incident.severity.rawValue
            start = UTCText.string(incident.startDate)
            end = UTCText.string(incident.endDate)
            confirmed = UTCText.string(incident.confirmedDate)
            region = incident.region
            frame_size = incident.frameSize
            drop_metres = incident.facts.dropMetres
            area_square_metres = incident.facts.areaSquareMetres
            zone = incident.facts.zoneName
            from_zone = incident.facts.fromZoneName
            test = incident.isDrill ? true : nil
        }
    }

    var version = 1
    var idempotency_key: String
    /// `incident`, `escalation`, `summary`, `notice`, `cleared`, `all_well` or `test`.
    var purpose: String
    var text: String
    var link: String?
    var incident: Body?

    init(_ message: OutboxMessage, _ incident: Incident?) {
        idempotency_key = message.idempotencyKey
        text = message.alert.text
        link = IncidentText.link(in: message.alert.text)?.absoluteString
        purpose = message.alert.purpose.name
        self.incident = incident.map(Body.init)
    }

    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}

/// Signs what a webhook sends, so that the receiver knows who sent it and when: `X-Aislewatch-Signature:
/// t=<Unix seconds>,v1=<hex of HMAC-SHA256(secret, "<t>.<body>")>`.
enum WebhookSignature {
    static let header = "X-Aislewatch-Signature"

    static func value(secret: String, body: Data, at seconds: Int) -> String {
        var code = HMAC<SHA256>(key: SymmetricKey(data: Data(secret.utf8)))
        code.update(data: Data("\(seconds).".utf8))
        code.update(data: body)
        return "t=\(seconds),v1=\(code.finalize().hexadecimal)"
    }
}
