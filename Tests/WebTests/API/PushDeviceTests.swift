import Crypto
import Domain
import Foundation
import HTTPTypes
import HummingbirdTesting
import Storage
import Synchronization
import Testing

@testable import Web

@Suite("Devices that are told")
struct PushDeviceTests {
    private static let path = "/api/v1/session/devices"

    static func subscription(
        endpoint: String = "https://push.example.com/1",
        key: Data = P256.KeyAgreement.PrivateKey().publicKey.x963Representation, secret: Data = .random(count: 16)
    ) -> String {
        #"{"endpoint":"\#(endpoint)","p256dh":"\#(key.base64URL)","auth":"\#(secret.base64URL)"}"#
    }

    private static func offer(_ change: @escaping @Sendable (inout PushOffer) -> Void = { _ in }) -> (inout APIServices)
        -> Void
    {
        var offer = PushOffer { TestOutcome(isOK: true, message: "to \($0)") }
        change(&offer)
        let made = offer
        return { $0.push = { made } }
    }

    @Test("a browser is told of once it was added, is listed to its owner alone, and ended by its owner alone")
    func life() async throws {
        let api = try APISite(services: Self.offer())
        let agent: HTTPFields = [.userAgent: "Mozilla/5.0 (Android 16; Mobile; rv:145.0) Firefox/145.0"]
        let made = try await api.send(.post, Self.path, as: .viewer, json: Self.subscription(), headers: agent)
        let id = try #require(made["id"])
        #expect(made.status == .created && made["browser"] == "Firefox, Android")
        #expect(id == StoreAccess.pushDeviceID(of: "https://push.example.com/1"))
        let list = try await api.send(.get, Self.path, as: .viewer)
        let key = try api.site.store.unwatched.pushPublicKey()
        #expect(
            list.text.contains(id) && list["public_key"] == key.base64URL && list.text.contains(#""available":true"#))
        for secret in ["push.example.com", "auth", "p256dh"] { #expect(!list.text.contains(secret)) }
        #expect(!(try await api.send(.get, Self.path, as: .admin)).text.contains(id))
        for method in [HTTPRequest.Method.delete, .post] {
            let path = Self.path + "/\(id)" + (method == .post ? "/test" : "")
            #expect(try await api.send(method, path, as: .admin).status == .notFound)
        }
        let tried = try await api.send(.post, Self.path + "/\(id)/test", as: .viewer)
        #expect(tried["message"] == "to viewer1/\(id)")
        #expect(try await api.send(.delete, Self.path + "/\(id)", as: .viewer).status == .noContent)
        #expect(try await api.send(.delete, Self.path + "/\(id)", as: .viewer).status == .notFound)
        #expect(
            try api.site.store.unwatched.auditEntries(limit: 2).map { "\($0.who) \($0.action)" } == [
                "viewer1 device.end", "viewer1 device.add",
            ])
    }

    @Test("a page that says again what is known changes nothing; with another key or account it is brought up to date")
    func again() async throws {
        let api = try APISite(services: Self.offer()), store = api.site.store.unwatched
        let json = Self.subscription()
        for _ in 0..<2 { #expect(try await api.send(.post, Self.path, as: .viewer, json: json).status == .created) }
        let first = try #require(try store.pushDevices(of: "viewer1").first)
        #expect(try store.auditEntries(limit: 9).count { $0.action == "device.add" } == 1)
        let other = Self.subscription()
        #expect(try await api.send(.post, Self.path, as: .operator, json: other).status == .created)
        let second = try #require(try store.pushDevices(of: "operator1").first)
        #expect(second.id == first.id && second.publicKey != first.publicKey)
        #expect(try store.pushDevices(of: "viewer1").isEmpty, "somebody else has signed in at that browser")
    }

    @Test(
        "what is no browser's subscription is refused",
        arguments: [
            #"{"endpoint":"https://push.example.com/1"}"#,
            subscription(endpoint: "https://127.0.0.1/1"), subscription(endpoint: "http://push.example.com/1"),
            subscription(endpoint: "https://router/1"), subscription(key: Data(repeating: 4, count: 65)),
            subscription(key: Data(repeating: 4, count: 64)), subscription(secret: Data(repeating: 4, count: 15)),
            #"{"endpoint":"https://push.example.com/1","p256dh":"=","auth":"!!!!"}"#,
        ])
    func refused(_ json: String) async throws {
        let api = try APISite(services: Self.offer())
        let answer = try await api.send(.post, Self.path, as: .viewer, json: json)
        #expect([400, 422].contains(answer.status.code), "\(answer.status)")
        #expect(!answer.text.contains("127.0.0.1"))
        #expect(try api.site.store.unwatched.pushDevices(of: "viewer1").isEmpty)
    }

    @Test("a push service of one's own is taken where that is allowed")
    func own() async throws {
        let api = try APISite(services: Self.offer { $0.allowsPrivateServers = true })
        let json = Self.subscription(endpoint: "http://10.0.0.5:8080/1")
        #expect(try await api.send(.post, Self.path, as: .viewer, json: json).status == .created)
    }

    @Test("without a channel for devices a browser is told that nothing would come; a token has no devices")
    func unavailable() async throws {
        let api = try APISite()
        #expect(try await api.send(.get, Self.path, as: .viewer).text.contains(#""available":false"#))
        #expect(try await api.send(.post, Self.path, as: .viewer, json: Self.subscription()).status == .conflict)
        let token = try api.site.store.unwatched.addToken(name: "t", role: .admin, by: "x").secret
        let bearer: HTTPFields = [.authorization: "Bearer \(token)"]
        #expect(try await api.send(.get, Self.path, headers: bearer).status == .forbidden)
    }

    @Test("an account may have twenty devices")
    func many() async throws {
        let api = try APISite(services: Self.offer())
        for number in 0..<StoreAccess.maxPushDevices {
            let json = Self.subscription(endpoint: "https://push.example.com/\(number)")
            #expect(try await api.send(.post, Self.path, as: .viewer, json: json).status == .created)
        }
        let more = Self.subscription(endpoint: "https://push.example.com/more")
        #expect(try await api.send(.post, Self.path, as: .viewer, json: more).status == .conflict)
        let known = Self.subscription(endpoint: "https://push.example.com/0")
        #expect(try await api.send(.post, Self.path, as: .viewer, json: known).status == .created)
    }

    @Test("a password that an administrator gives ends the account's devices; one's own change does not")
    func passwords() async throws {
        let api = try APISite(services: Self.offer()), store = api.site.store.unwatched
        #expect(try await api.send(.post, Self.path, as: .viewer, json: Self.subscription()).status == .created)
        let own = #"{"old":"\#(APISite.password)","new":"yellow lorries dance"}"#
        #expect(try await api.send(.post, "/api/v1/session/password", as: .viewer, json: own).status == .noContent)
        #expect(try store.pushDevices(of: "viewer1").count == 1)
        let given = #"{"password":"green lorries dance"}"#
        #expect(try await api.send(.patch, "/api/v1/users/viewer1", as: .admin, json: given).status == .ok)
        #expect(try store.pushDevices(of: "viewer1").isEmpty)
    }

    @Test("the service worker may be for the whole site, is never older than the pages, and has their policy")
    func worker() async throws {
        let api = try APISite()
        let answer = try await api.send(.get, "/service-worker.js")
        #expect(answer.status == .ok && answer.headers[.contentType]?.contains("javascript") == true)
        #expect(answer.headers[.cacheControl] == "no-cache")
        let policy = answer.headers[.contentSecurityPolicy] ?? ""
        #expect(policy.contains("default-src 'none'") && policy.contains("worker-src 'self'"))
        #expect(!answer.text.contains("\"fetch\""), "it stands between pages and server nowhere")
    }
}
