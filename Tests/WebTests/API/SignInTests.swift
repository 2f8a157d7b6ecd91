import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Storage
import Testing

@testable import Web

@Suite("Signing in")
struct SignInTests {
    private func body(_ name: String, _ password: String) -> String {
        #"{"name":"\#(name)","password":"\#(password)"}"#
    }

    @Test("the right password opens a session whose cookie no script and no other site gets")
    func right() async throws {
        let api = try APISite()
        let answer = try await api.send(.post, "/api/v1/session", json: body("Viewer1", APISite.password))
        let cookie = try #require(answer.headers[.setCookie])
        #expect(answer.status == .ok && answer["csrf"] != nil)
        #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && !cookie.contains("Secure"))
        let secret = try #require(cookie.split(separator: ";").first?.split(separator: "=").last)
        let back = try await api.send(
            .get, "/api/v1/session", headers: [.cookie: "a=b; \(APIRouter.cookie)=\(secret)"])
        #expect(back.status == .ok && back.text.contains("\"viewer1\""))
        let database = try Data(contentsOf: URL(filePath: api.site.store.path))
        #expect(database.range(of: Data(secret.utf8)) == nil)
    }

    @Test(
        "behind a trusted proxy with TLS the cookie is for TLS alone; nobody else's word counts",
        arguments: [true, false])
    func secure(_ isTrusted: Bool) async throws {
        let proto = try #require(HTTPField.Name("X-Forwarded-Proto"))
        let api = try APISite(settings: {
            $0.trustedProxies = (isTrusted ? ["127.0.0.1"] : ["10.0.0.1"]).compactMap(AddressRange.init)
        })
        try await api.server.application.test(.live) { client async throws -> Void in
            let answer = try await client.execute(
                uri: "/api/v1/session", method: .post, headers: [proto: "https", .contentType: "application/json"],
                body: ByteBuffer(string: body("viewer1", APISite.password)))
            #expect(try #require(answer.headers[.setCookie]).contains("; Secure") == isTrusted)
        }
    }

    @Test("a wrong password and a wrong name look alike, and are noted")
    func wrong() async throws {
        let api = try APISite()
        let password = try await api.send(.post, "/api/v1/session", json: body("viewer1", "wrong"))
        let name = try await api.send(.post, "/api/v1/session", json: body("nobody", "wrong"))
        #expect(password.status == .unauthorized && name.status == .unauthorized && password.text == name.text)
        #expect(password.headers[.setCookie] == nil)
        let entries = try api.site.store.unwatched.auditEntries(limit: 10)
        #expect(entries.map(\.action) == ["session.refused", "session.refused"])
    }

    @Test("who guesses must wait, even with the right password, and not for ever")
    func throttled() async throws {
        let api = try APISite(settings: { $0.wrongPasswords = (capacity: 3, refillSeconds: 30) })
        for _ in 0..<3 { _ = try await api.send(.post, "/api/v1/session", json: body("viewer1", "wrong")) }
        let blocked = try await api.send(.post, "/api/v1/session", json: body("viewer1", APISite.password))
        #expect(blocked.status == .tooManyRequests && blocked.headers[.retryAfter] != nil)
        api.site.clock.advance(seconds: 100)
        #expect(
            try await api.send(.post, "/api/v1/session", json: body("viewer1", APISite.password)).status == .ok)
    }

    @Test("a session ends by itself when nobody uses it, and in any case after its time")
    func expiry() async throws {
        let api = try APISite(settings: {
            $0.idleSeconds = 3600
            $0.sessionSeconds = 10_000
        })
        api.site.clock.advance(seconds: 3000)
        #expect(try await api.send(.get, "/api/v1/session", as: .viewer).status == .ok)
        api.site.clock.advance(seconds: 3000)
        #expect(try await api.send(.get, "/api/v1/session", as: .viewer).status == .ok, "use keeps it open")
        #expect(try await api.send(.get, "/api/v1/session", as: .admin).status == .unauthorized, "idle")
        for _ in 0..<3 {
            api.site.clock.advance(seconds: 1500)
            _ = try await api.send(.get, "/api/v1/session", as: .viewer)
        }
        #expect(try await api.send(.get, "/api/v1/session", as: .viewer).status == .unauthorized, "its whole time")
    }

    @Test("signing out, another password and removal end a session; a cookie made up opens nothing")
    func ends() async throws {
        let api = try APISite()
        #expect(try await api.send(.delete, "/api/v1/session", as: .viewer).status == .noContent)
        #expect(try await api.send(.get, "/api/v1/session", as: .viewer).status == .unauthorized)
        let patch = try await api.send(
            .patch, "/api/v1/users/operator1", as: .admin, json: #"{"password":"another long one"}"#)
        #expect(patch.status == .ok)
        #expect(try await api.send(.get, "/api/v1/session", as: .operator).status == .unauthorized)
        for made in ["", "x", String(repeating: "A", count: 43), "' OR 1=1 --"] {
            let answer = try await api.send(
                .get, "/api/v1/session", headers: [.cookie: "\(APIRouter.cookie)=\(made)"])
            #expect(answer.status == .unauthorized)
        }
    }

    @Test("the last admin stays")
    func lastAdmin() async throws {
        let api = try APISite()
        #expect(try await api.send(.delete, "/api/v1/users/admin1", as: .admin).status == .conflict)
        let role = try await api.send(.patch, "/api/v1/users/admin1", as: .admin, json: #"{"role":"viewer"}"#)
        #expect(role.status == .conflict)
        #expect(try await api.send(.get, "/api/v1/users", as: .admin).status == .ok)
    }

    @Test("one's own password can be changed with the old one; the session at hand goes on")
    func ownPassword() async throws {
        let api = try APISite()
        let wrong = try await api.send(
            .post, "/api/v1/session/password", as: .viewer, json: #"{"old":"x","new":"something longer"}"#)
        #expect(wrong.status == .forbidden)
        let right = try await api.send(
            .post, "/api/v1/session/password", as: .viewer,
            json: #"{"old":"\#(APISite.password)","new":"something longer"}"#)
        #expect(right.status == .noContent)
        #expect(try await api.send(.get, "/api/v1/session", as: .viewer).status == .ok)
        #expect(
            try await api.send(.post, "/api/v1/session", json: body("viewer1", "something longer")).status == .ok)
    }

    @Test("the first account is made once, with the link's token")
    func setup() async throws {
        let api = try APISite(accounts: false)
        let path = try #require(api.services.setup.path)
        let token = try #require(path.split(separator: "/").last)
        func make(_ token: String, _ name: String) async throws -> HTTPResponse.Status {
            try await api.send(
                .post, "/api/v1/setup",
                json: #"{"token":"\#(token)","name":"\#(name)","password":"a long password"}"#
            ).status
        }
        #expect(try await api.send(.get, "/api/v1/setup").text == #"{"needed":true}"#)
        #expect(try await make("wrong", "eve") == .forbidden)
        #expect(try await make(String(token), "anna") == .created)
        #expect(try await make(String(token), "eve") == .conflict)
        #expect(try await api.send(.get, "/api/v1/setup").text == #"{"needed":false}"#)
        #expect(try api.site.store.unwatched.accounts().map(\.name) == ["anna"])
        #expect(api.services.setup.path == nil)
        #expect(try await SetupLink.make(store: api.site.store).path == nil)
    }
}
