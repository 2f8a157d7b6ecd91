import Domain
import Foundation
import HTTPTypes
import HummingbirdTesting
import Storage
import Testing

@testable import Web

@Suite("One's own account")
struct OwnAccountTests {
    private let path = "/api/v1/session/second-factor"

    private func signIn(
        _ api: APISite, _ name: String = "viewer1", _ password: String = APISite.password, code: String? = nil
    ) async throws -> TestResponse {
        let code = code.map { #","code":"\#($0)""# } ?? ""
        return try await api.send(
            .post, "/api/v1/session", json: #"{"name":"\#(name)","password":"\#(password)"\#(code)}"#)
    }

    /// - Returns: The secret's app, and the recovery codes.
    private func setUp(_ api: APISite) async throws -> (OneTimePassword, [String]) {
        let begun = try await api.send(
            .post, path, as: .viewer, json: #"{"password":"\#(APISite.password)"}"#)
        #expect(begun.status == .created)
        let secret = try #require(begun["secret"])
        let app = OneTimePassword(secret: try #require(Self.bytes(base32: secret)))
        let confirmed = try await api.send(
            .post, path + "/confirm", as: .viewer, json: #"{"code":"\#(app.code(at: api.site.clock.now()))"}"#)
        #expect(confirmed.status == .ok)
        struct Codes: Decodable { var recovery_codes: [String] }
        let codes = try JSONDecoder().decode(Codes.self, from: confirmed.data).recovery_codes
        api.site.clock.advance(seconds: 60)
        return (app, codes)
    }

    private static func bytes(base32 text: String) -> Data? {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        var data = Data(), bits = 0, value = 0
        for letter in text {
            guard let index = letters.firstIndex(of: letter) else { return nil }
            value = (value << 5 | index) & 0xFFFF
            bits += 5
            if bits >= 8 {
                bits -= 8
                data.append(UInt8(value >> bits & 0xFF))
            }
        }
        return data
    }

    @Test("with a second factor a code is asked for, beside the password and after it; each opens once")
    func secondFactor() async throws {
        let api = try APISite()
        let (app, codes) = try await setUp(api)
        #expect(try await signIn(api, "viewer1", "wrong")["error"] == "wrong_password")
        let asked = try await signIn(api)
        #expect(asked.status == .unauthorized && asked["error"] == "code_needed")
        #expect(asked.headers[.setCookie] == nil)
        #expect(try await signIn(api, code: "000000")["error"] == "wrong_code")
        let code = app.code(at: api.site.clock.now())
        #expect(try await signIn(api, "viewer1", "wrong", code: code)["error"] == "wrong_password")
        #expect(try await signIn(api, code: code).status == .ok)
        #expect(try await signIn(api, code: code)["error"] == "wrong_code", "replayed")
        #expect(try await signIn(api, code: codes[0]).status == .ok)
        #expect(try await signIn(api, code: codes[0])["error"] == "wrong_code")
        let state = try await api.send(.get, path, as: .viewer)
        #expect(state.text.contains(#""on":true"#) && state.text.contains(#""recovery_codes":9"#))
        #expect(try await signIn(api, "operator1").status == .ok, "others need none")
    }

    @Test("who guesses codes is locked out of them, with the right one too, from wherever; and not for ever")
    func guessing() async throws {
        let api = try APISite(settings: {
            $0.wrongCodes = (capacity: 3, refillSeconds: 300)
            $0.wrongPasswords = (capacity: 1000, refillSeconds: 1)
        })
        let (app, _) = try await setUp(api)
        for _ in 0..<3 { #expect(try await signIn(api, code: "123456").status == .unauthorized) }
        let right = try await signIn(api, code: app.code(at: api.site.clock.now()))
        #expect(right.status == .tooManyRequests && right.headers[.retryAfter] != nil)
        // Asking without a code is no guess, and opens nothing.
        #expect(try await signIn(api)["error"] == "code_needed")
        #expect(try await signIn(api, "operator1").status == .ok)
        api.site.clock.advance(seconds: 301)
        #expect(try await signIn(api, code: app.code(at: api.site.clock.now())).status == .ok)
        #expect(
            try api.site.store.unwatched.auditEntries(limit: 20).count { $0.detail == "wrong code" } == 3)
    }

    @Test("wrong codes count as wrong tries of the address and the name as well")
    func countsEverywhere() async throws {
        let api = try APISite(settings: { $0.wrongPasswords = (capacity: 2, refillSeconds: 30) })
        _ = try await setUp(api)
        for _ in 0..<3 { #expect(try await signIn(api)["error"] == "code_needed") }
        for _ in 0..<2 { #expect(try await signIn(api, code: "123456").status == .unauthorized) }
        #expect(try await signIn(api, "operator1").status == .tooManyRequests)
    }

    @Test("setting up and taking away need the password, and taking away a code; other sessions end")
    func guarded() async throws {
        let api = try APISite()
        let elsewhere = try await signIn(api)
        let cookie = try #require(elsewhere.headers[.setCookie]?.split(separator: ";").first)
        #expect(
            try await api.send(.post, path, as: .viewer, json: #"{"password":"wrong"}"#).status == .forbidden)
        let (app, _) = try await setUp(api)
        #expect(
            try await api.send(.get, "/api/v1/session", headers: [.cookie: String(cookie)]).status == .unauthorized)
        #expect(try await api.send(.get, "/api/v1/session", as: .viewer).status == .ok)
        #expect(
            try await api.send(.post, path, as: .viewer, json: #"{"password":"\#(APISite.password)"}"#).status
                == .conflict)
        func remove(_ password: String, _ code: String) async throws -> HTTPResponse.Status {
            try await api.send(
                .post, path + "/remove", as: .viewer, json: #"{"password":"\#(password)","code":"\#(code)"}"#
            ).status
        }
        let code = app.code(at: api.site.clock.now())
        #expect(try await remove("wrong", code) == .forbidden)
        #expect(try await remove(APISite.password, "000000") == .forbidden)
        #expect(try await remove(APISite.password, code) == .noContent)
        #expect(try await signIn(api).status == .ok)
    }

    @Test("the picture to scan holds the secret, and is made here")
    func picture() async throws {
        let api = try APISite()
        let begun = try await api.send(
            .post, path, as: .viewer, json: #"{"password":"\#(APISite.password)"}"#)
        struct Answer: Decodable {
            struct Picture: Decodable {
                var size: Int
                var path: String
            }
            var secret: String
            var uri: String
            var picture: Picture
        }
        let answer = try JSONDecoder().decode(Answer.self, from: begun.data)
        #expect(
            answer.uri
                == "otpauth://totp/Aislewatch%20Hall%201:viewer1?secret=\(answer.secret)&issuer=Aislewatch%20Hall%201")
        #expect(answer.picture.path == QRCode(answer.uri)?.path)
    }

    @Test("an administrator takes away the second factor of who has lost everything")
    func reset() async throws {
        let api = try APISite()
        _ = try await setUp(api)
        #expect(try await api.send(.get, "/api/v1/users", as: .admin).text.contains(#""second_factor":true"#))
        let user = "/api/v1/users/viewer1/second-factor"
        #expect(try await api.send(.delete, user, as: .operator).status == .forbidden)
        #expect(try await api.send(.delete, user, as: .admin).status == .noContent)
        #expect(try await api.send(.delete, user, as: .admin).status == .notFound)
        #expect(try await signIn(api).status == .ok)
    }

    private struct Sessions: Decodable {
        struct Session: Decodable {
            var id: String
            var current: Bool
            var browser: String
        }

        var sessions: [Session]
    }

    private func list(_ api: APISite) async throws -> [Sessions.Session] {
        let answer = try await api.send(.get, "/api/v1/sessions", as: .viewer)
        return try JSONDecoder().decode(Sessions.self, from: answer.data).sessions
    }

    @Test("sessions are seen by their owner alone, with browser and address, and ended one by one or all others")
    func sessions() async throws {
        let api = try APISite()
        let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
        let body = #"{"name":"viewer1","password":"\#(APISite.password)"}"#
        let other = try await api.send(.post, "/api/v1/session", json: body, headers: [.userAgent: agent])
        let cookie = try #require(other.headers[.setCookie]?.split(separator: ";").first.map(String.init))
        let all = try await list(api)
        #expect(all.count == 2 && all.count { $0.current } == 1)
        let foreign = try #require(all.first { !$0.current })
        #expect(foreign.browser == "Firefox, Linux")
        let end = "/api/v1/sessions/\(foreign.id)"
        #expect(try await api.send(.delete, end, as: .admin).status == .notFound)
        #expect(try await api.send(.delete, end, as: .viewer).status == .noContent)
        #expect(try await api.send(.get, "/api/v1/session", headers: [.cookie: cookie]).status == .unauthorized)
        _ = try await signIn(api)
        _ = try await signIn(api)
        #expect(try await list(api).count == 3)
        #expect(try await api.send(.delete, "/api/v1/sessions", as: .viewer).status == .noContent)
        #expect(try await list(api).map(\.current) == [true])
        #expect(try await api.send(.get, "/api/v1/session", as: .operator).status == .ok)
    }

    @Test("a token has neither sessions nor a second factor")
    func token() async throws {
        let api = try APISite()
        let made = try await api.send(.post, "/api/v1/tokens", as: .admin, json: #"{"name":"a","role":"admin"}"#)
        let bearer: HTTPFields = [.authorization: "Bearer \(try #require(made["secret"]))"]
        for path in ["/api/v1/sessions", path] {
            #expect(try await api.send(.get, path, headers: bearer).status == .forbidden)
        }
    }

    @Test("a password that is easy to guess is refused wherever one is given, with the reason")
    func weak() async throws {
        let api = try APISite()
        func check(_ answer: TestResponse) {
            #expect(answer.status == .unprocessableContent && answer["error"] == "weak_password")
        }
        check(
            try await api.send(
                .post, "/api/v1/users", as: .admin, json: #"{"name":"b","password":"password123","role":"viewer"}"#))
        check(
            try await api.send(
                .patch, "/api/v1/users/viewer1", as: .admin, json: #"{"password":"viewer1-viewer1"}"#))
        check(
            try await api.send(
                .post, "/api/v1/session/password", as: .viewer,
                json: #"{"old":"\#(APISite.password)","new":"aisle-4-2026"}"#))
        let fresh = try APISite(accounts: false)
        let token = try #require(fresh.services.setup.path?.split(separator: "/").last)
        check(
            try await fresh.send(
                .post, "/api/v1/setup", json: #"{"token":"\#(token)","name":"eve","password":"1234567890"}"#))
        #expect(try fresh.site.store.unwatched.accounts().isEmpty)
    }

    @Test(
        "a browser is called as its owner calls it",
        arguments: [
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1",
                "Safari, iPhone"
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 Edg/140.0",
                "Edge, Windows"
            ),
            ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
            ("curl/8.5.0", "curl"), ("<script>x", "scriptx"), ("", ""),
        ])
    func browsers(_ agent: String, _ words: String) { #expect(BrowserName.words(agent) == words) }
}
