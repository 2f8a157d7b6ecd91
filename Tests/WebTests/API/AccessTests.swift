import Domain
import Foundation
import HTTPTypes
import Testing

@testable import Web

@Suite("Who may do what")
struct AccessTests {
    /// A path with something in the place of each `{name}`.
    private func path(_ operation: APIRouter.Operation) -> String {
        operation.path.split(separator: "/").map { $0.hasPrefix("{") ? "aisle-4" : String($0) }
            .reduce("") { $0 + "/" + $1 }
    }

    private func method(_ operation: APIRouter.Operation) throws -> HTTPRequest.Method {
        try #require(HTTPRequest.Method(operation.method))
    }

    @Test("the API does what its description says, no more and no less, for the roles that it says")
    func description() throws {
        let described = try OpenAPIDocument.operations().filter { $0.path != "/health" }
        let registered = Set(try APISite().server.operations)
        #expect(described.count > 40)
        #expect(registered.subtracting(described) == [], "not described")
        #expect(described.subtracting(registered) == [], "described, and not there")
    }

    @Test("no operation but sign-in, set-up and health works without sign-in")
    func signedOut() async throws {
        let api = try APISite()
        let open = try OpenAPIDocument.operations().filter { $0.role == nil }
        #expect(
            Set(open.map { "\($0.method) \($0.path)" }) == [
                "GET /health", "GET /api/v1/setup", "POST /api/v1/setup", "POST /api/v1/session",
                "POST /api/v1/session/proxy", "GET /api/v1/session/ways", "GET /api/v1/session/openid",
                "GET /api/v1/session/openid/callback",
            ])
        for operation in api.server.operations where operation.role != nil {
            let answer = try await api.send(method(operation), path(operation), json: "{}")
            #expect(answer.status == .unauthorized, "\(operation)")
            #expect(answer["error"] == "not_signed_in", "\(operation)")
        }
    }

    @Test("a viewer can't do what an operator may, nor an operator what an admin may")
    func roles() async throws {
        let api = try APISite()
        for operation in api.server.operations {
            for role in Role.allCases {
                guard let needed = operation.role, role < needed else { continue }
                let answer = try await api.send(method(operation), path(operation), as: role, json: "{}")
                #expect(answer.status == .forbidden, "\(operation) as \(role)")
            }
        }
    }

    @Test("a change by cookie needs the session's CSRF value")
    func csrf() async throws {
        let api = try APISite()
        for operation in api.server.operations where operation.method != "GET" && operation.role != nil {
            let answer = try await api.send(method(operation), path(operation), as: .admin, json: "{}", csrf: false)
            #expect(answer.status == .forbidden, "\(operation)")
        }
        let foreign = try await api.send(
            .post, "/api/v1/tokens", as: .admin, json: #"{"name":"a","role":"viewer"}"#,
            headers: [.origin: "https://evil.example"])
        #expect(foreign.status == .forbidden)
        let site = try #require(HTTPField.Name("Sec-Fetch-Site"))
        let cross = try await api.send(
            .post, "/api/v1/session", json: #"{"name":"admin1","password":"\#(APISite.password)"}"#,
            headers: [site: "cross-site"])
        #expect(cross.status == .forbidden)
    }

    @Test("a method that a path does not have is refused with those that it has")
    func methods() async throws {
        let api = try APISite()
        let answer = try await api.send(.delete, "/api/v1/cameras", as: .admin)
        #expect(answer.status == .methodNotAllowed && answer.headers[.allow] == "GET")
        #expect(try await api.send(.delete, "/api/v1/cameras").status == .unauthorized)
    }

    @Test("a token works without CSRF value, until it is removed, and never as more than its role")
    func tokens() async throws {
        let api = try APISite()
        let made = try await api.send(
            .post, "/api/v1/tokens", as: .admin, json: #"{"name":"wms","role":"operator","days":1}"#)
        let secret = try #require(made["secret"]), id = try #require(made["id"])
        #expect(made.status == .created && secret.hasPrefix("awt_"))
        let bearer: HTTPFields = [.authorization: "Bearer \(secret)"]
        #expect(try await api.send(.get, "/api/v1/cameras", headers: bearer).status == .ok)
        #expect(try await api.send(.get, "/api/v1/users", headers: bearer).status == .forbidden)
        let list = try await api.send(.get, "/api/v1/tokens", as: .admin)
        #expect(!list.text.contains(secret) && list.text.contains("wms"))
        // A wrong token is not made good by a cookie.
        #expect(
            try await api.send(.get, "/api/v1/cameras", as: .admin, headers: [.authorization: "Bearer awt_x"]).status
                == .unauthorized)
        api.site.clock.advance(seconds: 86_401)
        #expect(try await api.send(.get, "/api/v1/cameras", headers: bearer).status == .unauthorized)
        #expect(
            try await APISite().send(.delete, "/api/v1/tokens/\(id)", as: .admin).status == .notFound)
    }
}
