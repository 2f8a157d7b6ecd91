import Domain
import Foundation
import HTTPTypes
import Hummingbird
public import Storage
import Synchronization

/// Signing in and out, and the first account.
struct SessionRoutes: Sendable {
    let api: APIRouter
    let site: PageSettings
    let guardian: SignInGuard

    private struct SignIn: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable { case name, password, code }
        var name: String
        var password: String
        var code: String?

        func check() throws {
            try APIError.check(name, CodingKeys.name, length: 1...64)
            try APIError.check(password, CodingKeys.password, length: 1...256)
            try APIError.check(code, CodingKeys.code, length: 1...40)
        }
    }

    private struct Setup: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable { case token, name, password }
        var token: String
        var name: String
        var password: String

        func check() throws {
            try APIError.check(token, CodingKeys.token, length: 0...128)
            try UserRoutes.check(name: name, CodingKeys.name)
            try UserRoutes.check(newPassword: password, CodingKeys.password)
        }
    }

    private struct NewPassword: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable { case old, new }
        var old: String
        var new: String

        func check() throws {
            try APIError.check(old, CodingKeys.old, length: 0...256)
            try UserRoutes.check(newPassword: new, CodingKeys.new)
        }
    }

    private struct View: Encodable {
        var user: UserRoutes.View
        var csrf: String?
        var expiresAt: Date?
        var site: String
        var timeZone: String
        var version: String
        /// Nothing else can be done before it is set up.
        var secondFactorNeeded: Bool
    }

    func add() {
        let services = api.services
        api.on(.get, "/setup", role: nil) { _ in
            struct State: Encodable { var needed: Bool }
            return .json(State(needed: try await services.setup.isNeeded()))
        }
        api.on(.post, "/setup", role: nil) { call in try await setUp(call) }
        api.on(.post, "/session", role: nil) { call in try await signIn(call) }
        api.on(.post, "/session/proxy", role: nil) { call in try await signInByProxy(call) }
        api.on(.get, "/session", role: .viewer, isOpenBeforeSecondFactor: true) { call in
            // A token has no account.
            let stored = try await services.store.perform { try $0.account(call.principal.name) }
            let account =
                stored
                ?? Account(
                    name: call.principal.name, role: call.principal.role ?? .viewer, createdAt: api.clock.now())
            guard case .session(let secret, let expiresAt) = call.principal.kind else {
                return .json(view(account, csrf: nil, expiresAt: nil, lacksFactor: false))
            }
            return .json(
                view(
                    account, csrf: APIRouter.csrf(secret: secret), expiresAt: expiresAt,
                    lacksFactor: call.principal.lacksSecondFactor))
        }
        api.on(.delete, "/session", role: .viewer, isOpenBeforeSecondFactor: true) { call in
            if case .session(let secret, _) = call.principal.kind {
                try await services.store.perform { try $0.closeSession(secret) }
            }
            var response = Response.done
            response.setCookie(APIRouter.sessionCookie(nil, isSecure: call.origin.isSecure))
            return response
        }
        api.on(.post, "/session/password", role: .viewer) { call in try await changePassword(call) }
    }

    private func setUp(_ call: APICall) async throws -> Response {
        let setup = try await call.body(Setup.self)
        let services = api.services
        try guardian.checkAddress(call.origin)
        guard try await services.setup.isNeeded() else {
            throw APIError.conflict("There is an account already: sign in.")
        }
        guard services.setup.accepts(setup.token) else {
            guardian.countAddress(call.origin)
            throw APIError.forbidden("This link is not the one that the daemon printed when it started last.")
        }
        try api.checkStrength(setup.password, of: setup.name)
        let password = try await guardian.worker.hash(setup.password)
        guard
            try await services.store.perform({
                try $0.addAccount(setup.name, password: password, role: .admin, onlyFirst: true)
            })
        else { throw APIError.conflict("There is an account already: sign in.") }
        services.setup.close()
        await api.audit(who: setup.name, address: call.origin.address, action: "setup", subject: setup.name)
        return try await open(setup.name, call, status: .created)
    }

    private func signIn(_ call: APICall) async throws -> Response {
        let given = try await call.body(SignIn.self)
        let name = given.name
        func refused(_ code: String, message: String, detail: String = "") async -> APIError {
            let who = Account.isName(name) ? name : "?"
            await api.audit(
                who: who, address: call.origin.address, action: "session.refused", subject: who, detail: detail)
            return APIError(status: .unauthorized, code: code, message: message)
        }
        switch try await guardian.signIn(name, given.password, code: given.code, from: call.origin) {
        case .wrongPassword:
            throw await refused("wrong_password", message: "The name or the password is wrong.")
        case .wrongCode:
            throw await refused("wrong_code", message: "The code is wrong, or was used already.", detail: "wrong code")
        case .codeNeeded:
            throw APIError(
                status: .unauthorized, code: "code_needed", message: "Type the code that your authenticator app shows.")
        case .signedIn(let codesLeft):
            if let codesLeft {
                await api.audit(
                    who: name, address: call.origin.address, action: "session.recovery_code", subject: name,
                    detail: "\(codesLeft) left")
            }
        }
        let response = try await open(given.name, call, status: .ok)
        await api.audit(who: given.name, address: call.origin.address, action: "session.create", subject: given.name)
        return response
    }

    /// Who has signed in at a trusted proxy gets a session without a password.
    private func signInByProxy(_ call: APICall) async throws -> Response {
        guard let name = api.proxyUser(call.request, peer: call.context.clientAddress) else {
            throw APIError.notSignedIn
        }
        try await api.makeAccount(name, by: "proxy", from: call.origin)
        let response = try await open(name, call, status: .ok, isVouchedFor: true)
        await api.audit(
            who: name, address: call.origin.address, action: "session.create", subject: name, detail: "by the proxy")
        return response
    }

    private func changePassword(_ call: APICall) async throws -> Response {
        guard case .session(let secret, _) = call.principal.kind else {
            throw APIError.forbidden("A token has no password.")
        }
        let given = try await call.body(NewPassword.self)
        let store = api.services.store, name = call.principal.name
        try await guardian.checkPassword(given.old, of: name)
        try api.checkStrength(given.new, of: name)
        let password = try await guardian.worker.hash(given.new)
        _ = try await store.perform { try $0.changeAccount(name, .init(password: password), keeping: secret) }
        await api.audit(call, "user.password", name)
        return .done
    }

    /// - Parameter isVouchedFor: Whether somebody trusted has said who it is, instead of a password here.
    func open(
        _ name: String, _ call: APICall, status: HTTPResponse.Status, isVouchedFor: Bool = false
    ) async throws -> Response {
        let expiresAt = api.clock.now() + api.settings.sessionSeconds
        let (account, secret) = try await api.services.store.perform { store in
            guard let account = try store.account(name) else { throw APIError.notSignedIn }
            return (
                account,
                try store.openSession(
                    account.name, expiresAt: expiresAt, address: call.origin.address,
                    browser: BrowserName.words(call.request.headers[.userAgent]), isVouchedFor: isVouchedFor)
            )
        }
        var response = Response.json(
            view(
                account, csrf: APIRouter.csrf(secret: secret), expiresAt: expiresAt,
                lacksFactor: api.lacksSecondFactor(account, isVouchedFor: isVouchedFor)), status: status)
        response.setCookie(
            APIRouter.sessionCookie(secret, seconds: api.settings.sessionSeconds, isSecure: call.origin.isSecure))
        return response
    }

    private func view(_ account: Account, csrf: String?, expiresAt: Date?, lacksFactor: Bool) -> View {
        View(
            user: UserRoutes.View(account), csrf: csrf, expiresAt: expiresAt, site: site.siteName,
            timeZone: site.timeZone.identifier, version: api.services.version, secondFactorNeeded: lacksFactor)
    }
}

/// Hashes passwords one after the other on a thread of its own: each costs much time and memory, which is the point, and
/// must not stop what else the server does.
struct PasswordWorker: Sendable {
    private static let work = BlockingWork("passwords", maxThreads: 1)

    var cost = PasswordHash.Cost()

    func hash(_ password: String) async throws -> PasswordHash {
        let cost = cost
        return try await Self.work.run { try PasswordHash(password, cost: cost) }
    }

    /// - Parameter stored: nil takes as long as a real one, so that nobody learns which names exist.
    func matches(_ password: String, _ stored: PasswordHash?) async -> Bool {
        let cost = cost
        return await Self.work.run {
            if let stored { return stored.matches(password) }
            _ = try? PasswordHash(password, cost: cost)
            return false
        }
    }
}

/// Lets the first account be made, once: a token that only the log of this start has shown.
public final class SetupLink: Sendable {
    private struct State {
        var token: String?
        var wrong = 0
    }

    private static let maxWrong = 20
    private let store: Store
    private let state: Mutex<State>

    /// - Returns: One that has a path only while there is no account.
    public static func make(store: Store) async throws -> SetupLink {
        SetupLink(store: store, isNeeded: try await store.perform { try $0.accounts().isEmpty })
    }

    package init(store: Store, isNeeded: Bool) {
        self.store = store
        state = Mutex(State(token: isNeeded ? Data.random(count: 24).base64URL : nil))
    }

    /// What follows the pages' address: behind `#`, which browsers send to nobody. Nil when there is an account.
    public var path: String? { state.withLock { $0.token }.map { "/#/setup/\($0)" } }

    /// Whether the first account is still to be made.
    func isNeeded() async throws -> Bool { try await store.perform { try $0.accounts().isEmpty } }

    /// Too many wrong tokens close the door until the next start.
    func accepts(_ given: String) -> Bool {
        state.withLock { state in
            guard let token = state.token, state.wrong < Self.maxWrong else { return false }
            let isRight =
                token.utf8.count == given.utf8.count
                && zip(token.utf8, given.utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
            if !isRight { state.wrong += 1 }
            return isRight
        }
    }

    func close() { state.withLock { $0.token = nil } }
}
