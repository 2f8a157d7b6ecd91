import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Storage

/// Signing in at an identity provider, and which ways of signing in there are.
struct OpenIDRoutes: Sendable {
    let api: APIRouter
    let sessions: SessionRoutes
    private let client: OpenIDClient?

    static let cookie = "aislewatch_openid"
    private static let path = "/session/openid"

    init(api: APIRouter, sessions: SessionRoutes) {
        self.api = api
        self.sessions = sessions
        client = api.settings.openID.map { OpenIDClient($0, clock: api.clock) }
    }

    func add() {
        api.on(.get, "/session/ways", role: nil) { _ in
            struct OpenID: Encodable {
                var title: String
                var path: String
            }
            struct Ways: Encodable { var openId: OpenID? }
            return .json(
                Ways(openId: client.map { .init(title: $0.settings.title, path: APIRouter.prefix + Self.path) }))
        }
        api.on(.get, Self.path, role: nil) { call in
            guard let client else { throw APIError.notFound("People sign in here by a password.") }
            do {
                let (url, cookie) = try await client.begin()
                var response = Self.redirect(to: url)
                response.setCookie(Self.cookie(cookie, isSecure: call.origin.isSecure))
                return response
            } catch let failure as OpenIDClient.Failure {
                return refused(failure)
            }
        }
        api.on(.get, Self.path + "/callback", role: nil) { call in
            guard let client else { throw APIError.notFound("People sign in here by a password.") }
            var response: Response
            do {
                response = try await finish(call, client)
            } catch let failure as OpenIDClient.Failure {
                await api.audit(
                    who: "?", address: call.origin.address, action: "session.refused", subject: "?",
                    detail: "\(failure)")
                response = refused(failure)
            } catch let error as APIError where error.code == "no_account" {
                response = Self.redirect(to: "/#/sign-in/no-account")
            }
            response.setCookie(Self.cookie(nil, isSecure: call.origin.isSecure))
            return response
        }
    }

    private func finish(_ call: APICall, _ client: OpenIDClient) async throws -> Response {
        if let error = try call.query("error") {
            throw OpenIDClient.Failure("the provider refuses: \(error.prefix(60).filter { $0.isASCII && $0 != "\n" })")
        }
        guard let cookie = call.request.cookies[Self.cookie]?.value, let state = try call.query("state"),
            let code = try call.query("code")
        else { throw OpenIDClient.Failure("the sign-in was not begun in this browser") }
        let identity = try await client.finish(cookie: cookie, state: state, code: code)
        let name = try await account(of: identity, call)
        let session = try await sessions.open(name, call, status: .ok, isVouchedFor: true)
        await api.audit(
            who: name, address: call.origin.address, action: "session.create", subject: name,
            detail: "by the identity provider")
        var response = Self.redirect(to: "/")
        response.headers[values: .setCookie] = session.headers[values: .setCookie]
        return response
    }

    /// The account that belongs to the person. The first one of a name gets it; from then on the provider's own, unchanging
    /// name of the person counts, so that nobody gets another's account by a change of name.
    private func account(of identity: OpenIDClient.Identity, _ call: APICall) async throws -> String {
        let store = api.services.store
        if let known = try await store.perform({ try $0.account(issuer: identity.issuer, subject: identity.subject) }) {
            return known
        }
        try await api.makeAccount(identity.name, by: "identity provider", from: call.origin)
        guard
            try await store.perform({
                try $0.bind(identity.name, issuer: identity.issuer, subject: identity.subject)
            })
        else { throw OpenIDClient.Failure("the account \(identity.name) belongs to somebody else at the provider") }
        return identity.name
    }

    private func refused(_ failure: OpenIDClient.Failure) -> Response {
        api.logger.warning("signing in at the identity provider failed: \(failure)")
        return Self.redirect(to: "/#/sign-in/failed")
    }

    private static func redirect(to url: String) -> Response {
        Response(status: .seeOther, headers: [.location: url, .cacheControl: "no-store"])
    }

    /// Lax: the provider's page leads back here, which is another site's navigation.
    private static func cookie(_ value: String?, isSecure: Bool) -> Cookie {
        Cookie(
            name: cookie, value: value ?? "", maxAge: value == nil ? 0 : Int(OpenIDClient.attemptSeconds),
            path: APIRouter.prefix + path, secure: isSecure, httpOnly: true, sameSite: .lax)
    }
}
