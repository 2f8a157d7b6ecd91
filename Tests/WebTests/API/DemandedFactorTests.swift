import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Storage
import Testing

@testable import Web

@Suite("A second factor that is demanded")
struct DemandedFactorTests {
    private static let factor = "/api/v1/session/second-factor"

    private func site(_ demand: SecondFactorDemand) throws -> APISite {
        try APISite(settings: {
            $0.secondFactor = demand
            $0.trustedProxies = ["127.0.0.1"].compactMap(AddressRange.init)
            $0.signInHeader = "X-Forwarded-User"
        })
    }

    private func setUp(_ api: APISite, as role: Role) async throws -> OneTimePassword {
        let begun = try await api.send(.post, Self.factor, as: role, json: #"{"password":"\#(APISite.password)"}"#)
        #expect(begun.status == .created)
        // The secret of the answer belongs to the row that was made last.
        let app = try #require(try api.site.store.unwatched.beginSecondFactor(of: "\(role.rawValue)1"))
        let code = app.code(at: api.site.clock.now())
        #expect(
            try await api.send(.post, Self.factor + "/confirm", as: role, json: #"{"code":"\#(code)"}"#).status == .ok)
        return app
    }

    @Test("whoever has none can do nothing but set it up, on every path, and everything once that is done")
    func everyPath() async throws {
        let api = try site(.all)
        let session = try await api.send(.get, "/api/v1/session", as: .admin)
        #expect(session.text.contains(#""second_factor_needed":true"#))
        var open: Set<String> = [], refused = 0
        for operation in api.server.operations where operation.role != nil {
            let path = operation.path.replacing(/\{[a-z]+\}/, with: "none")
            let method = try #require(HTTPRequest.Method(operation.method))
            // It would end the session with which the others are asked.
            if operation.path == "/api/v1/session", method == .delete { continue }
            let answer = try await api.send(method, path, as: .admin, json: method == .get ? nil : "{}")
            if answer["error"] == "second_factor_needed" {
                #expect(answer.status == .forbidden)
                refused += 1
            } else {
                open.insert("\(method.rawValue) \(operation.path)")
            }
        }
        #expect(
            open == [
                "GET /api/v1/session", "GET \(Self.factor)", "POST \(Self.factor)", "POST \(Self.factor)/confirm",
            ])
        #expect(refused > 70)
        _ = try await setUp(api, as: .admin)
        #expect(try await api.send(.get, "/api/v1/users", as: .admin).status == .ok)
        let after = try await api.send(.get, "/api/v1/session", as: .admin)
        #expect(after.text.contains(#""second_factor_needed":false"#))
    }

    @Test("of administrators alone, where that is said")
    func administrators() async throws {
        let api = try site(.admins)
        #expect(try await api.send(.get, "/api/v1/cameras", as: .operator).status == .ok)
        #expect(try await api.send(.get, "/api/v1/cameras", as: .admin)["error"] == "second_factor_needed")
        #expect(try await api.send(.delete, "/api/v1/session", as: .admin).status == .noContent)
    }

    @Test("it can't be taken away by its owner then; an administrator can, and it is set up anew")
    func taken() async throws {
        let api = try site(.all)
        let app = try await setUp(api, as: .viewer)
        _ = try await setUp(api, as: .admin)
        api.site.clock.advance(seconds: 60)
        let json = #"{"password":"\#(APISite.password)","code":"\#(app.code(at: api.site.clock.now()))"}"#
        #expect(try await api.send(.post, Self.factor + "/remove", as: .viewer, json: json).status == .conflict)
        #expect(
            try await api.send(.delete, "/api/v1/users/viewer1/second-factor", as: .admin).status == .noContent)
        #expect(try await api.send(.get, "/api/v1/cameras", as: .viewer)["error"] == "second_factor_needed")
    }

    @Test("signing in with the password alone leads to it, and the first account is led to it as well")
    func signIn() async throws {
        let api = try site(.all)
        let answer = try await api.send(
            .post, "/api/v1/session", json: #"{"name":"viewer1","password":"\#(APISite.password)"}"#)
        #expect(answer.status == .ok && answer.text.contains(#""second_factor_needed":true"#))
        let fresh = try APISite(accounts: false, settings: { $0.secondFactor = .admins })
        let token = try #require(fresh.services.setup.path).dropFirst("/#/setup/".count)
        let first = try await fresh.send(
            .post, "/api/v1/setup", json: #"{"token":"\#(token)","name":"chief","password":"\#(APISite.password)"}"#)
        #expect(first.status == .created && first.text.contains(#""second_factor_needed":true"#))
    }

    @Test("who signs in at a trusted proxy is the proxy's matter, and a token has no factor")
    func others() async throws {
        let api = try site(.all)
        try await api.server.application.test(.live) { client in
            let header = try #require(HTTPField.Name("X-Forwarded-User"))
            let opened = try await client.execute(
                uri: "/api/v1/session/proxy", method: .post, headers: [header: "admin1"])
            #expect(opened.status == .ok && opened.text.contains(#""second_factor_needed":false"#))
            let cookie = try #require(opened.headers[.setCookie]?.split(separator: ";").first.map(String.init))
            let users = try await client.execute(
                uri: "/api/v1/users", method: .get, headers: [.cookie: cookie, header: "admin1"])
            #expect(users.status == .ok)
        }
        let token = try api.site.store.unwatched.addToken(name: "t", role: .admin, by: "x").secret
        #expect(
            try await api.send(.get, "/api/v1/users", headers: [.authorization: "Bearer \(token)"]).status == .ok)
    }
}
