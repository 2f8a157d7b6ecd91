import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Storage
import Testing

@testable import Web

@Suite("Signing in at a trusted proxy")
struct ProxySignInTests {
    private static let user = HTTPField.Name("X-Forwarded-User")
    private static let csrf = HTTPField.Name("X-CSRF-Token")

    private func site(trusts: String = "127.0.0.1", newAccounts: Role? = nil, header: String? = "X-Forwarded-User")
        throws -> APISite
    {
        try APISite(settings: {
            $0.trustedProxies = [trusts].compactMap(AddressRange.init)
            $0.signInHeader = header
            $0.newAccounts = newAccounts
        })
    }

    /// By a socket: the other end's address counts.
    private func live(
        _ api: APISite, _ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws { try await api.server.application.test(.live) { try await body($0) } }

    private static func named(_ name: String, _ more: HTTPFields = [:]) throws -> HTTPFields {
        var headers = more
        headers[try #require(user)] = name
        return headers
    }

    @Test("whom the proxy names gets a session, which is then like any other")
    func signsIn() async throws {
        try await live(try site()) { client in
            let path = "/api/v1/session"
            let who = try await client.execute(uri: path, method: .get, headers: try Self.named("Operator1"))
            #expect(who.status == .ok && who.text.contains("operator1") && who["csrf"] == nil)
            // Another site's page could have this sent: nothing is changed without a session.
            let change = try await client.execute(
                uri: "/api/v1/snoozes", method: .post,
                headers: try Self.named("operator1", [.contentType: "application/json"]),
                body: ByteBuffer(string: #"{"minutes":5}"#))
            #expect(change.status == .forbidden)
            let opened = try await client.execute(
                uri: path + "/proxy", method: .post, headers: try Self.named("operator1"))
            let cookie = try #require(opened.headers[.setCookie]?.split(separator: ";").first.map(String.init))
            var headers: HTTPFields = [.cookie: cookie, .contentType: "application/json"]
            headers[try #require(Self.csrf)] = opened["csrf"]
            let snooze = try await client.execute(
                uri: "/api/v1/snoozes", method: .post, headers: try Self.named("operator1", headers),
                body: ByteBuffer(string: #"{"minutes":5}"#))
            #expect(snooze.status == .created)
            // Somebody else signs in at the proxy in the same browser.
            let other = try await client.execute(uri: path, method: .get, headers: try Self.named("viewer1", headers))
            #expect(other.text.contains("viewer1") && !other.text.contains("operator1"))
        }
    }

    @Test(
        "from anybody else, and where it isn't set up, the header is nothing",
        arguments: [("10.0.0.1", "X-Forwarded-User"), ("127.0.0.1", nil), ("127.0.0.1", "X-Other-Header")])
    func ignored(_ trusted: String, _ header: String?) async throws {
        try await live(try site(trusts: trusted, newAccounts: .operator, header: header)) { client in
            for (path, method) in [("/api/v1/session", HTTPRequest.Method.get), ("/api/v1/session/proxy", .post)] {
                let answer = try await client.execute(uri: path, method: method, headers: try Self.named("admin1"))
                #expect(answer.status == .unauthorized && answer.headers[.setCookie] == nil)
            }
        }
    }

    @Test("who has no account gets none, or one of the role that is set up, and never that of an administrator")
    func newcomers() async throws {
        let closed = try site()
        try await live(closed) { client in
            let answer = try await client.execute(
                uri: "/api/v1/session/proxy", method: .post, headers: try Self.named("newcomer"))
            #expect(answer.status == .forbidden && answer["error"] == "no_account")
        }
        #expect(try closed.site.store.unwatched.account("newcomer") == nil)
        let open = try site(newAccounts: .viewer)
        try await live(open) { client in
            for _ in 0..<2 {
                let answer = try await client.execute(
                    uri: "/api/v1/session/proxy", method: .post, headers: try Self.named("newcomer"))
                #expect(answer.status == .ok)
            }
            let bad = try await client.execute(
                uri: "/api/v1/session/proxy", method: .post, headers: try Self.named("<b>x</b>"))
            #expect(bad.status == .unauthorized)
        }
        #expect(try open.site.store.unwatched.account("newcomer")?.role == .viewer)
    }

    @Test("another site's page can't begin a session")
    func crossSite() async throws {
        try await live(try site()) { client in
            let origin = try await client.execute(
                uri: "/api/v1/session/proxy", method: .post,
                headers: try Self.named("operator1", [.origin: "https://evil.example"]))
            #expect(origin.status == .forbidden)
        }
    }
}
