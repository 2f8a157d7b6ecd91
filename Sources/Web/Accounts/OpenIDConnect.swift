import AsyncHTTPClient
import Crypto
import CryptoExtras
import Domain
import Foundation
import Synchronization

/// An identity provider at which people sign in: OpenID Connect 1.0, authorization code with PKCE (RFC 7636).
public struct OpenIDSettings: Sendable {
    /// As the provider's documents spell it, for instance `https://login.example.com/realms/site`.
    public var issuer: String
    public var clientID: String
    /// Empty: a public client, which PKCE protects.
    public var clientSecret: String
    /// The claim of the id token that is the account's name here.
    public var nameClaim: String
    /// What stands on the button.
    public var title: String
    /// Where the provider sends people back: the pages' public address with `/api/v1/session/openid/callback`.
    public var redirectURL: String

    public init(
        issuer: String, clientID: String, clientSecret: String, nameClaim: String, title: String, redirectURL: String
    ) {
        self.issuer = issuer
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.nameClaim = nameClaim
        self.title = title
        self.redirectURL = redirectURL
    }
}

/// Talks to the provider: where to send people, and who they are when they come back.
final class OpenIDClient: Sendable {
    /// What was agreed with a browser that is at the provider now.
    struct Attempt: Sendable {
        var state: String
        var nonce: String
        var verifier: String
        var expiresAt: Double
    }

    /// Somebody who has signed in there.
    struct Identity: Hashable, Sendable {
        var issuer: String
        /// The provider's own name for the person, which never changes.
        var subject: String
        var name: String
    }

    /// Why somebody could not be let in; one line without secrets, for the log.
    struct Failure: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }

    private struct Discovery: Decodable {
        var issuer: String
        var authorization_endpoint: String
        var token_endpoint: String
        var jwks_uri: String
    }

    let settings: OpenIDSettings
    private let clock: any WallClock
    private let attempts = Mutex<[String: Attempt]>([:])
    private let keys = Mutex<[IDToken.Key]>([])

    /// So long somebody may take at the provider.
    static let attemptSeconds = 600.0
    /// More are not remembered: the oldest goes first.
    private static let maxAttempts = 500
    private static let timeoutSeconds: Int64 = 10
    private static let maxAnswerBytes = 256 << 10

    init(_ settings: OpenIDSettings, clock: any WallClock) {
        self.settings = settings
        self.clock = clock
    }

    /// - Returns: Where to send the browser, and what its cookie holds meanwhile.
    func begin() async throws -> (url: String, cookie: String) {
        let discovery = try await discover(), now = clock.monotonicSeconds()
        let attempt = Attempt(
            state: Data.random(count: 24).base64URL, nonce: Data.random(count: 24).base64URL,
            verifier: Data.random(count: 32).base64URL, expiresAt: now + Self.attemptSeconds)
        let cookie = Data.random(count: 24).base64URL
        attempts.withLock { attempts in
            attempts = attempts.filter { $0.value.expiresAt > now }
            if attempts.count >= Self.maxAttempts,
                let oldest = attempts.min(by: { $0.value.expiresAt < $1.value.expiresAt })
            {
                attempts[oldest.key] = nil
            }
            attempts[cookie] = attempt
        }
        guard var url = URLComponents(string: discovery.authorization_endpoint) else {
            throw Failure("the provider's authorization_endpoint is no address")
        }
        let challenge = Data(SHA256.hash(data: Data(attempt.verifier.utf8))).base64URL
        url.queryItems =
            (url.queryItems ?? []) + [
                URLQueryItem(name: "response_type", value: "code"),
                URLQueryItem(name: "scope", value: "openid profile email"),
                URLQueryItem(name: "client_id", value: settings.clientID),
                URLQueryItem(name: "redirect_uri", value: settings.redirectURL),
                URLQueryItem(name: "state", value: attempt.state), URLQueryItem(name: "nonce", value: attempt.nonce),
                URLQueryItem(name: "code_challenge", value: challenge),
                URLQueryItem(name: "code_challenge_method", value: "S256"),
            ]
        guard let text = url.string else { throw Failure("the provider's authorization_endpoint is no address") }
        return (text, cookie)
    }

    /// Who came back.
    /// - Parameters:
    ///   - cookie: As it was given by ``begin()``; it counts once.
    ///   - state: As the provider sent it back.
    func finish(cookie: String, state: String, code: String) async throws -> Identity {
        let attempt = attempts.withLock { $0.removeValue(forKey: cookie) }
        guard let attempt, attempt.expiresAt > clock.monotonicSeconds() else {
            throw Failure("the sign-in was not begun in this browser, or too long ago")
        }
        guard attempt.state == state else { throw Failure("the provider's answer belongs to another sign-in") }
        let discovery = try await discover()
        let token = try await exchange(code, attempt, at: discovery.token_endpoint)
        let claims = try await verified(token, discovery, nonce: attempt.nonce)
        guard case .text(let name)? = claims.others[settings.nameClaim], Account.isName(name) else {
            throw Failure("the id token has no \"\(settings.nameClaim)\" that can be an account's name")
        }
        if settings.nameClaim == "email", case .flag(false)? = claims.others["email_verified"] {
            throw Failure("the provider has not verified the mail address")
        }
        return Identity(issuer: discovery.issuer, subject: claims.sub, name: name)
    }

    private func verified(_ token: String, _ discovery: Discovery, nonce: String) async throws -> IDToken.Claims {
        let token = try IDToken(token)
        var key = token.key(among: keys.withLock { $0 })
        if key == nil {
            // The provider changes its keys now and then.
            struct Keys: Decodable { var keys: [IDToken.Key] }
            let fresh = try await get(discovery.jwks_uri, as: Keys.self).keys
            keys.withLock { $0 = fresh }
            key = token.key(among: fresh)
        }
        guard let key else { throw Failure("the id token is signed by a key that the provider does not publish") }
        return try token.claims(
            signedBy: key, issuer: discovery.issuer, audience: settings.clientID, nonce: nonce, now: clock.now())
    }

    // MARK: - Requests

    private func discover() async throws -> Discovery {
        let base = settings.issuer.hasSuffix("/") ? String(settings.issuer.dropLast()) : settings.issuer
        let found = try await get(base + "/.well-known/openid-configuration", as: Discovery.self)
        guard found.issuer == settings.issuer || found.issuer == base else {
            throw Failure("the provider calls itself by another issuer than web.openid.issuer")
        }
        return found
    }

    private func exchange(_ code: String, _ attempt: Attempt, at url: String) async throws -> String {
        struct Answer: Decodable { var id_token: String? }
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        var fields = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", settings.redirectURL),
            ("client_id", settings.clientID), ("code_verifier", attempt.verifier),
        ]
        if !settings.clientSecret.isEmpty { fields.append(("client_secret", settings.clientSecret)) }
        let body = fields.map { "\($0.0)=\(Self.escaped($0.1))" }.joined(separator: "&")
        request.body = .bytes(Data(body.utf8))
        let answer = try await send(request, as: Answer.self, "the token endpoint")
        guard let token = answer.id_token else { throw Failure("the provider gave no id token") }
        return token
    }

    private static func escaped(_ text: String) -> String {
        let plain = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
    }

    private func get<Value: Decodable>(_ url: String, as type: Value.Type) async throws -> Value {
        try await send(HTTPClientRequest(url: url), as: type, "the provider")
    }

    private func send<Value: Decodable>(
        _ request: HTTPClientRequest, as type: Value.Type, _ what: String
    ) async throws -> Value {
        var request = request
        request.headers.replaceOrAdd(name: "Accept", value: "application/json")
        let data: Data
        do {
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(Self.timeoutSeconds))
            guard response.status == .ok else { throw Failure("\(what) answers HTTP \(response.status.code)") }
            data = Data((try await response.body.collect(upTo: Self.maxAnswerBytes)).readableBytesView)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure("\(what) can't be reached")
        }
        guard let value = try? JSONDecoder().decode(type, from: data) else {
            throw Failure("\(what) sends something else than OpenID Connect says")
        }
        return value
    }
}

/// A signed token (RFC 7515, 7519) that says who somebody is.
struct IDToken {
    /// One of the provider's keys (RFC 7517): RSA, or P-256.
    struct Key: Decodable, Sendable {
        var kty: String
        var kid: String?
        var use: String?
        var n: String?
        var e: String?
        var crv: String?
        var x: String?
        var y: String?
    }

    /// A claim's value, as far as one is asked for.
    enum Value: Decodable, Sendable {
        case text(String)
        case flag(Bool)
        case other

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self = .text(text)
            } else if let flag = try? container.decode(Bool.self) {
                self = .flag(flag)
            } else {
                self = .other
            }
        }
    }

    struct Claims: Sendable {
        var sub: String
        var others: [String: Value]
    }

    private struct Header: Decodable {
        var alg: String
        var kid: String?
        /// Extensions that must be understood; none is.
        var crit: [String]?
    }

    private struct Checked: Decodable {
        struct Audience: Decodable {
            var all: [String]

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                all = try (try? container.decode(String.self)).map { [$0] } ?? container.decode([String].self)
            }
        }

        var iss: String
        var sub: String
        var aud: Audience
        var azp: String?
        var exp: Double
        var iat: Double
        var nbf: Double?
        var nonce: String?
    }

    /// Clocks differ.
    private static let leewaySeconds = 60.0

    private let header: Header
    private let payload: Data
    private let signed: Data
    private let signature: Data

    /// - Throws: ``OpenIDClient/Failure`` for what is no token, and for a signature that proves nothing (`none`, or one by a
    ///   shared secret).
    init(_ text: String) throws {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let head = Self.bytes(parts[0]), let payload = Self.bytes(parts[1]),
            let signature = Self.bytes(parts[2]), let header = try? JSONDecoder().decode(Header.self, from: head),
            header.crit == nil
        else { throw OpenIDClient.Failure("the id token can't be read") }
        guard ["RS256", "ES256"].contains(header.alg) else {
            throw OpenIDClient.Failure(
                "the id token is signed by \(header.alg.prefix(20)); RS256 and ES256 are known here")
        }
        self.header = header
        self.payload = payload
        self.signature = signature
        signed = Data("\(parts[0]).\(parts[1])".utf8)
    }

    /// The key that is named, or the only one of its kind.
    func key(among keys: [Key]) -> Key? {
        let kind = header.alg == "RS256" ? "RSA" : "EC"
        let fitting = keys.filter { $0.kty == kind && ($0.use ?? "sig") == "sig" }
        if let kid = header.kid { return fitting.first { $0.kid == kid } }
        return fitting.count == 1 ? fitting[0] : nil
    }

    /// What the token says, if it is right in every way (OpenID Connect Core, 3.1.3.7).
    func claims(signedBy key: Key, issuer: String, audience: String, nonce: String, now: Date) throws -> Claims {
        guard isSigned(by: key) else { throw OpenIDClient.Failure("the id token's signature is wrong") }
        guard let checked = try? JSONDecoder().decode(Checked.self, from: payload),
            let others = try? JSONDecoder().decode([String: Value].self, from: payload), !checked.sub.isEmpty
        else { throw OpenIDClient.Failure("the id token lacks what it must say") }
        guard checked.iss == issuer else { throw OpenIDClient.Failure("the id token is another issuer's") }
        guard checked.aud.all.contains(audience), checked.azp ?? audience == audience,
            checked.aud.all.count == 1 || checked.azp != nil
        else { throw OpenIDClient.Failure("the id token is meant for another program") }
        guard checked.nonce == nonce else { throw OpenIDClient.Failure("the id token belongs to another sign-in") }
        let time = now.timeIntervalSince1970
        guard checked.exp > time - Self.leewaySeconds, checked.iat < time + Self.leewaySeconds,
            checked.nbf ?? 0 < time + Self.leewaySeconds
        else { throw OpenIDClient.Failure("the id token has expired, or a clock is wrong") }
        return Claims(sub: checked.sub, others: others)
    }

    private func isSigned(by key: Key) -> Bool {
        switch header.alg {
        case "RS256":
            guard let n = key.n.flatMap({ Self.bytes($0[...]) }), let e = key.e.flatMap({ Self.bytes($0[...]) }),
                n.count >= 256, let key = try? _RSA.Signing.PublicKey(n: n, e: e)
            else { return false }
            return key.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: signature), for: signed, padding: .insecurePKCS1v1_5)
        default:
            guard key.crv == "P-256", let x = key.x.flatMap({ Self.bytes($0[...]) }),
                let y = key.y.flatMap({ Self.bytes($0[...]) }), x.count == 32, y.count == 32,
                let key = try? P256.Signing.PublicKey(x963Representation: Data([4]) + x + y),
                let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
            else { return false }
            return key.isValidSignature(signature, for: signed)
        }
    }

    /// From base64url without padding.
    static func bytes(_ text: Substring) -> Data? {
        guard text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }) else {
            return nil
        }
        var base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        base64 += String(repeating: "=", count: (4 - base64.count % 4) % 4)
        return Data(base64Encoded: String(base64))
    }
}
