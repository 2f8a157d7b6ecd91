import Crypto
public import Domain
import Foundation
import NIOCore
public import Settings
public import Storage

/// The telephones and computers on which people have turned messages on, through the push services of their browsers (Web
/// Push, RFC 8030). A recipient is one device, so that one whose service is down holds up no other.
public struct PushChannel: AlertChannel, CustomStringConvertible {
    public let name: String
    private let store: Store?
    private let contact: String?
    private let allowsPrivate: Bool
    private let clock: any WallClock
    private let http: HTTPExchange
    private let lookUp: @Sendable (_ host: String) -> String?

    /// Looking up a name waits for the network.
    private static let names = BlockingWork("names of push services", maxThreads: 2)

    /// - Parameters:
    ///   - store: Where the devices stand; nil where the channel is only looked at.
    ///   - contact: Whom the push services' operators can turn to: an address with https: or mailto:.
    ///   - allowsPrivate: Push services may stand in the own network, and speak without TLS there.
    public init(
        name: String, store: Store?, contact: String? = nil, allowsPrivate: Bool = false,
        clock: any WallClock = SystemClock(), timeoutSeconds: Double = 10
    ) {
        self.init(
            name: name, store: store, contact: contact, allowsPrivate: allowsPrivate, clock: clock,
            timeoutSeconds: timeoutSeconds,
            lookUp: { try? SocketAddress.makeAddressResolvingHost($0, port: 443).ipAddress }
        )
    }

    /// - Parameter lookUp: The address behind a name; may wait.
    init(
        name: String, store: Store?, contact: String? = nil, allowsPrivate: Bool = false,
        clock: any WallClock = SystemClock(), timeoutSeconds: Double = 10,
        lookUp: @escaping @Sendable (_ host: String) -> String?
    ) {
        self.lookUp = lookUp
        self.name = name
        self.store = store
        self.contact = contact
        self.allowsPrivate = allowsPrivate
        self.clock = clock
        http = HTTPExchange(timeoutSeconds: timeoutSeconds)
    }

    public var description: String { "push channel \(name)" }

    public func send(_ delivery: AlertDelivery) async throws(AlertError) -> AlertReceipt {
        let message = delivery.message, recipient = message.alert.recipient
        guard let store else { throw .temporary(reason: "the devices are not known here") }
        let found: (device: PushDevice, cameras: Set<CameraID>?)?
        let signature: PushSignature
        do {
            found = try await store.perform { try $0.pushDevice(recipient: recipient) }
            signature = try PushSignature(key: try await store.perform { try $0.pushKey() })
        } catch {
            throw .temporary(reason: "the device can't be read")
        }
        guard let found else { throw .permanent(reason: "the device was ended") }
        if let camera = delivery.incident?.camera, found.cameras?.contains(camera) == false {
            throw .permanent(reason: "the device's account does not see this camera any more")
        }
        let device = found.device
        guard device.serverKey == signature.publicKey else {
            try await end(recipient, message, in: store)
            throw .permanent(reason: "the key beside the database is another one: messages must be turned on again")
        }
        let endpoint: PushEndpoint
        do {
            endpoint = try PushEndpoint(device.endpoint, allowsPrivate: allowsPrivate)
        } catch {
            throw .permanent(reason: "the device's address is refused: \(error)")
        }
        let request = try request(delivery, to: device, at: endpoint, signature)
        let answer = try await http.post(
            endpoint.url, headers: request.headers, body: request.body, to: try await address(of: endpoint),
            maximumBytes: { _ in 0 })
        switch answer.status {
        case 404, 410:
            try await end(recipient, message, in: store)
            throw .permanent(reason: "push service: HTTP \(answer.status) (the browser has turned messages off)")
        case 401, 403:
            try HTTPVerdict.check(
                answer, "push service", note: "it refuses the signature; is this machine's clock right?")
        default: try HTTPVerdict.check(answer, "push service")
        }
        let now = clock.now()
        // That it was sent matters more than that it is noted.
        try? await store.perform { try $0.notePush(recipient, at: now) }
        return .delivered
    }

    private func end(_ recipient: String, _ message: OutboxMessage, in store: Store) async throws(AlertError) {
        do {
            try await store.perform { try $0.removePushDevice(recipient: recipient, except: message.id) }
        } catch {
            throw .temporary(reason: "the device can't be ended")
        }
    }

    /// What the browser's service worker gets.
    private struct Payload: Encodable {
        var title: String
        var body: String
        /// Below the pages' address.
        var url: String
        /// A later message with the same one takes the place of the earlier.
        var tag: String
    }

    private func request(
        _ delivery: AlertDelivery, to device: PushDevice, at endpoint: PushEndpoint, _ signature: PushSignature
    ) throws(AlertError) -> (headers: [(String, String)], body: Data) {
        let message = delivery.message, topic = Self.topic(message)
        let page =
            switch message.alert.purpose {
            case .incident, .update, .end, .escalation: message.incident.map { "#/incidents/\($0.rawValue)" } ?? "#/"
            case .summary: "#/incidents"
            case .notice, .cleared, .allWell: "#/status"
            case .test, .reply: "#/account"
            }
        // Letters take four bytes at most.
        let payload = Payload(
            title: String(delivery.subject.prefix(120)), body: String(delivery.textWithoutLink.prefix(700)), url: page,
            tag: topic)
        do {
            let body = try PushEncryption.sealed(
                ChatText.json(payload), for: device.publicKey, secret: device.authSecret)
            let authorization = try signature.authorization(for: endpoint.origin, contact: contact, now: clock.now())
            return (
                [
                    ("Authorization", authorization), ("Content-Encoding", "aes128gcm"),
                    ("Content-Type", "application/octet-stream"), ("TTL", Self.lifetime(message.alert.purpose)),
                    ("Urgency", Self.urgency(delivery.severity)), ("Topic", topic),
                ], body
            )
        } catch {
            throw .permanent(reason: "the browser's key can't be used")
        }
    }

    /// Of two messages with one topic that wait at the push service the later alone arrives (RFC 8030, 5.4): who turns the
    /// telephone on hears of each incident once, and of a repeated attempt nothing.
    private static func topic(_ message: OutboxMessage) -> String {
        switch message.alert.purpose {
        case .incident, .escalation:
            if let incident = message.incident?.rawValue, incident.utf8.count <= 32 { return incident }
        default: break
        }
        return Data(SHA256.hash(data: Data(message.idempotencyKey.utf8)).prefix(18)).base64URL
    }

    /// Seconds for which the push service keeps it for a device that is off.
    private static func lifetime(_ purpose: AlertPurpose) -> String {
        switch purpose {
        case .test, .reply: "600"
        case .allWell: "43200"
        default: "86400"
        }
    }

    private static func urgency(_ severity: Severity) -> String {
        switch severity {
        case .low: "normal"
        case .medium, .high: "high"
        }
    }

    /// The address to connect to, looked up and looked at before, so that no name leads into the own network.
    private func address(of endpoint: PushEndpoint) async throws(AlertError) -> HTTPExchange.Pin? {
        if allowsPrivate { return nil }
        let host = endpoint.host
        let text = await Self.names.run { [lookUp] in lookUp(host) }
        guard let text, let address = IPAddress(text) else {
            throw .temporary(reason: "the push service's name is not known")
        }
        guard address.isPublic else {
            throw .temporary(reason: "the push service's name leads into a private network")
        }
        return HTTPExchange.Pin(host: host, address: text)
    }
}

// MARK: - In the configuration

extension PushChannel: ConfigurableChannel {
    public struct Settings: ChannelSettings {
        /// Empty: all.
        public var accounts: [String] = []
        public var privateServers = false

        public init() {}
    }

    public static let type = ChannelType(
        "push", "Telephones and computers on which people have turned messages on (Web Push).", exampleName: "devices",
        traits: .init(
            through: "the push service of each browser", picture: "no", sentWhen: "the push service has taken it"),
        parameters: [
            .texts(
                "accounts", \Settings.accounts, "an account's name", one: "account", isNeeded: false,
                "Whose devices; left out: those of all accounts.", example: "[maria, ahmed]",
                identity: { $0.lowercased() }, check: { Account.isName($0) ? $0 : nil }),
            .flag(
                "private_servers", \.privateServers, default: false,
                "Whether a push service of one's own is allowed, in the own network and without TLS."),
        ])

    public static func make(_ name: String, _ settings: Settings, at site: ChannelSite) -> any AlertChannel {
        PushChannel(
            name: name, store: site.store,
            contact: site.publicBaseURL.flatMap { $0.scheme == "https" ? $0.absoluteString : nil },
            allowsPrivate: settings.privateServers, clock: site.clock)
    }

    public static func recipients(_ settings: Settings) -> AlertRecipients {
        .devices(of: settings.accounts.isEmpty ? nil : Set(settings.accounts))
    }
}
