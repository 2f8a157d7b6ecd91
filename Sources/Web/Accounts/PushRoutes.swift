import Crypto
import Domain
import Foundation
import Hummingbird
import Storage

/// What the pages offer of messages to devices, as the configuration has it now.
public struct PushOffer: Sendable {
    /// A push service of one's own may stand in the own network.
    public var allowsPrivateServers: Bool
    /// Sends a message to one device.
    public var test: @Sendable (_ recipient: String) async throws -> TestOutcome

    public init(
        allowsPrivateServers: Bool = false, test: @escaping @Sendable (_ recipient: String) async throws -> TestOutcome
    ) {
        self.allowsPrivateServers = allowsPrivateServers
        self.test = test
    }
}

/// The browsers on which an account wants to be told (Web Push).
struct PushRoutes: Sendable {
    let api: APIRouter
    private static let path = "/session/devices"

    /// As browsers give a subscription (`PushSubscription.toJSON()`), without what is not needed.
    private struct Subscription: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable { case endpoint, p256dh, auth }
        var endpoint: String
        var p256dh: String
        var auth: String

        func check() throws {
            try APIError.check(endpoint, CodingKeys.endpoint, length: 1...PushEndpoint.maxLength)
            guard let key, (try? P256.KeyAgreement.PublicKey(x963Representation: key)) != nil else {
                throw APIError.invalid("\"p256dh\" must be a point of P-256, uncompressed, in base64url.")
            }
            guard secret != nil else { throw APIError.invalid("\"auth\" must be 16 bytes in base64url.") }
        }

        var key: Data? { Self.data(p256dh, count: PushDevice.keyBytes) }
        var secret: Data? { Self.data(auth, count: PushDevice.secretBytes) }

        private static func data(_ text: String, count: Int) -> Data? {
            let plain = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
                .trimmingCharacters(in: CharacterSet(charactersIn: "="))
            let padded = plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)
            return Data(base64Encoded: padded).flatMap { $0.count == count ? $0 : nil }
        }
    }

    private struct View: Encodable {
        var id: String
        var browser: String
        var createdAt: Date
        var sentAt: Date?

        init(_ device: PushDevice) {
            id = device.id
            browser = device.browser
            createdAt = device.createdAt
            sentAt = device.sentAt
        }
    }

    private struct Devices: Encodable {
        /// Whether a channel sends messages to devices.
        var available: Bool
        var publicKey: String
        var devices: [View]
    }

    func add() {
        let store = api.services.store
        api.on(.get, Self.path, role: .viewer) { call in
            let (name, _) = try call.ownSession()
            let (key, devices) = try await store.perform { (try $0.pushPublicKey(), try $0.pushDevices(of: name)) }
            return .json(
                Devices(
                    available: api.services.push() != nil, publicKey: key.base64URL, devices: devices.map(View.init)))
        }
        api.on(.post, Self.path, role: .viewer) { call in
            let (name, _) = try call.ownSession()
            let given = try await call.body(Subscription.self)
            guard let key = given.key, let secret = given.secret else { throw APIError.invalid("A key is missing.") }
            let offer = try offer()
            let endpoint: PushEndpoint
            do {
                endpoint = try PushEndpoint(given.endpoint, allowsPrivate: offer.allowsPrivateServers)
            } catch {
                throw APIError.unprocessable("\"endpoint\" is refused: \(error).")
            }
            let browser = BrowserName.words(call.request.headers[.userAgent])
            let isKnown = try await store.perform { store in
                try store.pushDevices(of: name).contains { $0.endpoint == endpoint.url }
            }
            let device = try await store.perform { store in
                try store.addPushDevice(
                    of: name, endpoint: endpoint.url, publicKey: key, authSecret: secret, browser: browser)
            }
            guard let device else {
                throw APIError.conflict(
                    "There are \(StoreAccess.maxPushDevices) devices already: end one that is gone.")
            }
            // Pages say it again each time they are opened.
            if !isKnown { await api.audit(call, "device.add", name, browser) }
            return .json(View(device), status: .created)
        }
        api.on(.delete, Self.path + "/{device}", role: .viewer) { call in
            let (name, _) = try call.ownSession(), id = call.parameter("device")
            guard try await store.perform({ try $0.removePushDevice(id, of: name) }) else {
                throw Self.noDevice
            }
            await api.audit(call, "device.end", name)
            return .done
        }
        api.on(.post, Self.path + "/{device}/test", role: .viewer) { call in
            let (name, _) = try call.ownSession(), id = call.parameter("device"), offer = try offer()
            guard let device = try await store.perform({ try $0.pushDevices(of: name).first { $0.id == id } }) else {
                throw Self.noDevice
            }
            struct Outcome: Encodable {
                var ok: Bool
                var message: String
            }
            let outcome = try await offer.test(device.recipient)
            return .json(Outcome(ok: outcome.isOK, message: outcome.message))
        }
    }

    private func offer() throws -> PushOffer {
        guard let offer = api.services.push() else {
            throw APIError.conflict("Nothing sends messages to devices here: a channel of the type push is needed.")
        }
        return offer
    }

    private static let noDevice = APIError.notFound("This device has been ended already.")
}
