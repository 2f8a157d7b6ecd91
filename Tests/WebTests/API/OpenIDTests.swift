import Crypto
import CryptoExtras
import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Storage
import Synchronization
import Testing

@testable import Web

/// A small identity provider on loopback: what it says is in the test's hand.
private final class Provider: Sendable {
    struct State {
        var issuer = ""
        var challenge = ""
        /// Claims of the next id token.
        var claims: [String: any Sendable] = [:]
        var algorithm = "ES256"
        var kid = "one"
        var requests: [String] = []
        /// Instead of a signature by the published key.
        var isForged = false
    }

    let state = Mutex(State())
    private let key = P256.Signing.PrivateKey()
    private let other = P256.Signing.PrivateKey()
    private let rsa: _RSA.Signing.PrivateKey

    init() throws { rsa = try _RSA.Signing.PrivateKey(keySize: .bits2048) }

    var application: Application<RouterResponder<BasicRequestContext>> {
        let router = Router()
        router.get("/.well-known/openid-configuration") { [self] _, _ in
            let issuer = state.withLock { $0.issuer }
            return try Self.json([
                "issuer": issuer, "authorization_endpoint": issuer + "/authorize?tenant=a",
                "token_endpoint": issuer + "/token", "jwks_uri": issuer + "/keys",
            ])
        }
        router.get("/keys") { [self] _, _ in try Self.json(["keys": try keys()]) }
        router.post("/token") { [self] request, _ in
            let body = String(buffer: try await request.body.collect(upTo: 10_000))
            var fields: [String: String] = [:]
            for pair in body.split(separator: "&") {
                let parts = pair.split(separator: "=", maxSplits: 1).map { String($0).removingPercentEncoding ?? "" }
                fields[parts[0]] = parts.count > 1 ? parts[1] : ""
            }
            let proof = Data(SHA256.hash(data: Data((fields["code_verifier"] ?? "").utf8))).base64URL
            let isRight =
                fields["grant_type"] == "authorization_code" && fields["code"] == "the code"
                && fields["client_id"] == "aislewatch" && fields["client_secret"] == "s3cret&"
                && fields["redirect_uri"] == OpenIDTests.redirect && state.withLock { $0.challenge == proof }
            guard isRight else { return Response(status: .badRequest) }
            return try Self.json(["id_token": try token(), "token_type": "Bearer", "access_token": "x"])
        }
        return Application(router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)))
    }

    private static func json(_ value: [String: Any]) throws -> Response {
        let data = try JSONSerialization.data(withJSONObject: value)
        return Response(
            status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: ByteBuffer(bytes: data)))
    }

    private func keys() throws -> [[String: String]] {
        let point = key.publicKey.x963Representation, primitives = try rsa.publicKey.getKeyPrimitives()
        return [
            [
                "kty": "EC", "crv": "P-256", "use": "sig", "kid": "one", "x": point[1..<33].base64URL,
                "y": point[33..<65].base64URL,
            ],
            [
                "kty": "RSA", "kid": "two", "n": primitives.modulus.base64URL, "e": primitives.publicExponent.base64URL,
            ],
        ]
    }

    private func token() throws -> String {
        let state = state.withLock { $0 }
        let head = try JSONSerialization.data(withJSONObject: ["alg": state.algorithm, "kid": state.kid, "typ": "JWT"])
        let body = try JSONSerialization.data(withJSONObject: state.claims as [String: Any])
        let signed = head.base64URL + "." + body.base64URL
        let signature: Data =
            switch state.algorithm {
            case "RS256": try rsa.signature(for: Data(signed.utf8), padding: .insecurePKCS1v1_5).rawRepresentation
            case "ES256":
                try (state.isForged ? other : key).signature(for: Data(signed.utf8)).rawRepresentation
            case "HS256":
                Data(
                    HMAC<SHA256>.authenticationCode(
                        for: Data(signed.utf8), using: SymmetricKey(data: Data("s3cret&".utf8))))
            default: Data()
            }
        return signed + "." + signature.base64URL
    }
}

@Suite("Signing in at an identity provider", .timeLimit(.minutes(5)))
struct OpenIDTests {
    fileprivate static let redirect = "https://watch.example/api/v1/session/openid/callback"
    private static let path = "/api/v1/session/openid"

    /// Runs the provider, and signs in once for each change of what it says.
    private func signIn(
        newAccounts: Role? = nil, nameClaim: String = "preferred_username",
        _ changes: [@Sendable (inout Provider.State) -> Void]
    ) async throws -> (site: APISite, answers: [TestResponse]) {
        let provider = try Provider()
        return try await provider.application.test(.live) { client in
            let issuer = "http://127.0.0.1:\(try #require(client.port))"
            provider.state.withLock { $0.issuer = issuer }
            let api = try APISite(settings: {
                $0.newAccounts = newAccounts
                $0.openID = OpenIDSettings(
                    issuer: issuer, clientID: "aislewatch", clientSecret: "s3cret&", nameClaim: nameClaim,
                    title: "Company login", redirectURL: Self.redirect)
            })
            var answers: [TestResponse] = []
            for change in changes { answers.append(try await attempt(api, provider, change)) }
            return (api, answers)
        }
    }

    private func attempt(
        _ api: APISite, _ provider: Provider, _ change: @Sendable (inout Provider.State) -> Void
    ) async throws -> TestResponse {
        let begun = try await api.send(.get, Self.path)
        #expect(begun.status == .seeOther)
        let cookie = try #require(begun.headers[.setCookie])
        #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"))
        let url = try #require(begun.headers[.location].flatMap(URLComponents.init(string:)))
        let query = Dictionary(
            (url.queryItems ?? []).map { ($0.name, $0.value ?? "") }, uniquingKeysWith: { first, _ in first })
        #expect(query["tenant"] == "a" && query["response_type"] == "code" && query["code_challenge_method"] == "S256")
        #expect(query["redirect_uri"] == Self.redirect && query["client_id"] == "aislewatch")
        let now = api.site.clock.now().timeIntervalSince1970, issuer = provider.state.withLock { $0.issuer }
        provider.state.withLock { state in
            state = Provider.State()
            state.issuer = issuer
            state.challenge = query["code_challenge"] ?? ""
            state.claims = [
                "iss": issuer, "sub": "person-1", "aud": "aislewatch", "exp": now + 300, "iat": now,
                "nonce": query["nonce"] ?? "", "preferred_username": "operator1", "email": "x@example.com",
            ]
            change(&state)
        }
        let name = try #require(cookie.split(separator: ";").first.map(String.init))
        return try await api.send(
            .get, Self.path + "/callback?code=the%20code&state=\(query["state"] ?? "")", headers: [.cookie: name])
    }

    private func isIn(_ answer: TestResponse) -> Bool {
        answer.status == .seeOther && answer.headers[.location] == "/"
            && answer.headers[values: .setCookie].contains { $0.hasPrefix(APIRouter.cookie + "=") }
    }

    private func isRefused(_ answer: TestResponse) -> Bool {
        answer.headers[.location] == "/#/sign-in/failed"
            && !answer.headers[values: .setCookie].contains { $0.hasPrefix(APIRouter.cookie + "=") }
    }

    @Test("who has signed in there gets the session of the account of that name, by either kind of key")
    func signsIn() async throws {
        let (api, answers) = try await signIn([
            { _ in },
            {
                $0.algorithm = "RS256"
                $0.kid = "two"
            },
            { $0.claims["aud"] = ["aislewatch"] },
        ])
        #expect(answers.allSatisfy(isIn))
        let cookie = try #require(
            answers[0].headers[values: .setCookie].first { $0.hasPrefix(APIRouter.cookie) }?.split(separator: ";").first
        )
        let who = try await api.send(.get, "/api/v1/session", headers: [.cookie: String(cookie)])
        #expect(who.text.contains("operator1"))
        #expect(try await api.send(.get, "/api/v1/session/ways").text.contains("Company login"))
    }

    @Test("a token that is wrong in any way opens nothing")
    func wrongTokens() async throws {
        let (_, answers) = try await signIn([
            { $0.isForged = true },
            { $0.algorithm = "none" },
            { $0.algorithm = "HS256" },
            { $0.kid = "three" },
            { $0.kid = "two" },
            { $0.claims["iss"] = "https://evil.example" },
            { $0.claims["aud"] = "another" },
            { $0.claims["aud"] = ["aislewatch", "another"] },
            { $0.claims["azp"] = "another" },
            { $0.claims["nonce"] = "of another sign-in" },
            { $0.claims["nonce"] = nil },
            { $0.claims["exp"] = 1_700_000_000 },
            { $0.claims["iat"] = 4_000_000_000 },
            { $0.claims["sub"] = "" },
            { $0.claims["preferred_username"] = nil },
            { $0.claims["preferred_username"] = "no name\n" },
            { $0.challenge = "of another sign-in" },
        ])
        for (index, answer) in answers.enumerated() { #expect(isRefused(answer), "\(index)") }
    }

    @Test("an account belongs to the person who signed in first, whatever that person is called later")
    func subjects() async throws {
        let (api, answers) = try await signIn([
            { _ in },
            { $0.claims["preferred_username"] = "admin1" },
            { $0.claims["sub"] = "person-2" },
        ])
        #expect(isIn(answers[0]) && isIn(answers[1]) && isRefused(answers[2]))
        let signed = try api.site.store.unwatched.auditEntries(limit: 10).filter { $0.action == "session.create" }
        #expect(signed.map(\.who) == ["operator1", "operator1"], "a change of name gives nobody's rights")
    }

    @Test("who has no account is told so, or gets one where that is set up")
    func newcomers() async throws {
        let newcomer: @Sendable (inout Provider.State) -> Void = { $0.claims["preferred_username"] = "newcomer" }
        let (closed, refused) = try await signIn([newcomer])
        #expect(refused[0].headers[.location] == "/#/sign-in/no-account")
        #expect(try closed.site.store.unwatched.account("newcomer") == nil)
        let (open, answers) = try await signIn(newAccounts: .viewer, [newcomer])
        #expect(isIn(answers[0]))
        #expect(try open.site.store.unwatched.account("newcomer")?.role == .viewer)
    }

    @Test("a mail address that the provider has not verified is nobody's name")
    func mail() async throws {
        let (_, answers) = try await signIn(
            newAccounts: .viewer, nameClaim: "email",
            [
                { $0.claims["email_verified"] = false },
                { $0.claims["email_verified"] = true },
            ])
        #expect(isRefused(answers[0]) && isIn(answers[1]))
    }

    @Test(
        "an answer that this browser didn't ask for is refused, a second time too, and so is a refusal of the provider")
    func foreign() async throws {
        let provider = try Provider()
        try await provider.application.test(.live) { client in
            let issuer = "http://127.0.0.1:\(try #require(client.port))"
            provider.state.withLock { $0.issuer = issuer }
            let api = try APISite(settings: {
                $0.openID = OpenIDSettings(
                    issuer: issuer, clientID: "aislewatch", clientSecret: "s3cret&", nameClaim: "preferred_username",
                    title: "x", redirectURL: Self.redirect)
            })
            let begun = try await api.send(.get, Self.path)
            let cookie = try #require(begun.headers[.setCookie]?.split(separator: ";").first.map(String.init))
            let callback = Self.path + "/callback"
            for (query, headers) in [
                ("?code=a&state=b", [:]), ("?error=access_denied", [.cookie: cookie]),
                ("?code=a&state=b", [.cookie: cookie]), ("?code=a&state=b", [.cookie: cookie]),
            ] as [(String, HTTPFields)] {
                #expect(isRefused(try await api.send(.get, callback + query, headers: headers)))
            }
        }
    }

    @Test("without a provider, or with one that is away, the sign-in page is where one stays")
    func away() async throws {
        let none = try APISite()
        #expect(try await none.send(.get, Self.path).status == .notFound)
        #expect(try await none.send(.get, "/api/v1/session/ways").text == "{}")
        let away = try APISite(settings: {
            $0.openID = OpenIDSettings(
                issuer: "http://127.0.0.1:1", clientID: "a", clientSecret: "", nameClaim: "email", title: "x",
                redirectURL: Self.redirect)
        })
        #expect(isRefused(try await away.send(.get, Self.path)))
    }
}
