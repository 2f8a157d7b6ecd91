import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Storage
import Synchronization

/// Registers the API's operations, and lets in only who may do them.
final class APIRouter: Sendable {
    /// One operation, as the description names it.
    struct Operation: Hashable, Sendable {
        var method: String
        /// With `{name}` for what varies.
        var path: String
        /// Nil needs no sign-in.
        var role: Role?
    }

    static let prefix = "/api/v1"
    static let cookie = "aislewatch_session"
    private static let csrfHeader = HTTPField.Name("X-CSRF-Token")

    let services: APIServices
    let settings: APISettings
    private let connections: ClientConnections
    let clock: any WallClock
    let logger: Logger
    /// May be empty.
    let siteName: String
    private let requests: AttemptLimiter
    private typealias Handler = @Sendable (Request, WebContext) async -> Response
    private let registered = Mutex<[(operation: Operation, method: HTTPRequest.Method, handler: Handler)]>([])

    init(
        services: APIServices, settings: APISettings, connections: ClientConnections, siteName: String,
        clock: any WallClock, logger: Logger
    ) {
        self.services = services
        self.settings = settings
        self.connections = connections
        self.siteName = siteName
        self.clock = clock
        self.logger = logger
        requests = AttemptLimiter(
            capacity: settings.requests.capacity, refillSeconds: settings.requests.refillSeconds, clock: clock)
    }

    var operations: [Operation] { registered.withLock { $0.map(\.operation) } }

    /// Adds an operation.
    /// - Parameters:
    ///   - path: Below `/api/v1`, with `{name}` for what varies.
    ///   - role: The least that is needed; nil needs no sign-in.
    ///   - isOpenBeforeSecondFactor: Whether it is for accounts, too, that have still to set up a second factor.
    ///   - compresses: For answers that are long and hold no secret; see ``Gzip``.
    func on(
        _ method: HTTPRequest.Method, _ path: String, role: Role?, isOpenBeforeSecondFactor: Bool = false,
        compresses: Bool = false, _ body: @escaping @Sendable (APICall) async throws -> Response
    ) {
        let operation = Operation(method: method.rawValue, path: Self.prefix + path, role: role)
        let handler: Handler = { [self] request, context in
            await answer(request, context, role: role, needsFactor: !isOpenBeforeSecondFactor) { call in
                let response = try await body(call)
                return compresses ? try await Gzip.applied(to: response, of: request) : response
            }
        }
        registered.withLock { $0.append((operation, method, handler)) }
    }

    /// Puts all operations behind the router, and an answer for the methods that a path doesn't have.
    func finish(_ router: Router<WebContext>) {
        for (operation, method, handler) in registered.withLock({ $0 }) {
            router.on(RouterPath(operation.path), method: method) { await handler($0, $1) }
        }
        let all: [HTTPRequest.Method] = [.get, .post, .put, .patch, .delete, .options, .trace]
        for (path, operations) in Dictionary(grouping: operations, by: \.path) {
            let allowed = Set(operations.map(\.method))
            let lowest = operations.contains { $0.role == nil } ? nil : operations.compactMap(\.role).min()
            let names = allowed.sorted().joined(separator: ", ")
            for method in all where !allowed.contains(method.rawValue) {
                router.on(RouterPath(path), method: method) { [self] request, context in
                    await answer(request, context, role: lowest, checksCSRF: false) { _ in
                        throw APIError(
                            status: .methodNotAllowed, code: "invalid", message: "Allowed here: \(names).",
                            headers: [.allow: names])
                    }
                }
            }
        }
    }

    /// Notes who changed what. A failure of the database is said in the log: what was done is done.
    func audit(_ call: APICall, _ action: String, _ subject: String, _ detail: String = "") async {
        await audit(
            who: call.principal.name, address: call.origin.address, action: action, subject: subject, detail: detail)
    }

    func audit(who: String, address: String, action: String, subject: String, detail: String = "") async {
        let entry = AuditEntry(
            at: clock.now(), who: who, action: action, subject: String(subject.prefix(200)),
            detail: String(detail.prefix(2000)), address: address)
        do {
            try await services.store.perform { try $0.audit(entry) }
        } catch {
            logger.error("the audit log could not be written: \(error)")
        }
    }

    // MARK: Letting in

    private func answer(
        _ request: Request, _ context: WebContext, role: Role?, needsFactor: Bool = true, checksCSRF: Bool = true,
        _ body: @Sendable (APICall) async throws -> Response
    ) async -> Response {
        do {
            let origin = RequestOrigin(
                request, peer: context.clientAddress, trusted: settings.trustedProxies, isTLS: settings.isTLS)
            if let seconds = requests.take(origin.limitKey) { throw APIError.tooMany(seconds) }
            let principal = try await principal(request, peer: context.clientAddress)
            if principal.role != nil { connections.signIn(context.connection, as: principal.name) }
            if let role {
                guard let own = principal.role else { throw APIError.notSignedIn }
                guard own >= role else {
                    throw APIError.forbidden("This needs the role \(role.rawValue); you have \(own.rawValue).")
                }
                if checksCSRF { try checkCSRF(request, principal) }
                if needsFactor, principal.lacksSecondFactor { throw APIError.secondFactorNeeded }
            } else if checksCSRF, Self.changes(request.method) {
                try checkSite(request)
            }
            return try await body(
                APICall(
                    request: request, context: context, principal: principal, origin: origin,
                    maxBodyBytes: settings.maxBodyBytes))
        } catch {
            if error is OpenFile.Unreadable { logger.error("\(error)") }
            if let known = APIError.from(error) { return known.response }
            logger.error("\(request.method.rawValue) \(request.uri.path) failed: \(error)")
            return APIError(
                status: .internalServerError, code: "failed",
                message: "Something went wrong here; the daemon's log says what."
            ).response
        }
    }

    /// Who asks, by a token or by the session's cookie. A token that is wrong is not made good by a cookie.
    /// - Parameter peer: The other end of the connection.
    func principal(_ request: Request, peer: String) async throws -> Principal {
        let services = services
        if let field = request.headers[.authorization] {
            guard field.lowercased().hasPrefix("bearer ") else { return .nobody }
            let secret = field.dropFirst(7).trimmingPrefix { $0 == " " }
            guard let token = try await services.store.perform({ try $0.token(secret: String(secret)) }) else {
                return .nobody
            }
            return Principal(
                kind: .token(token), name: "token \(token.name)", role: token.role, cameras: token.cameras)
        }
        let named = proxyUser(request, peer: peer), idle = settings.idleSeconds
        guard let secret = request.cookies[Self.cookie]?.value,
            let session = try await services.store.perform({ try $0.session(secret, idleSeconds: idle) }),
            // Somebody else has signed in at the proxy since.
            named.map({ $0.lowercased() == session.account.name.lowercased() }) ?? true
        else { return try await principal(ofProxy: named) }
        let account = session.account
        return Principal(
            kind: .session(secret: secret, expiresAt: session.expiresAt), name: account.name, role: account.role,
            cameras: account.cameras,
            lacksSecondFactor: lacksSecondFactor(account, isVouchedFor: session.isVouchedFor))
    }

    /// Whether the site demands a second factor that the account has not. Whoever vouches for somebody asks for one, or not.
    func lacksSecondFactor(_ account: Account, isVouchedFor: Bool) -> Bool {
        settings.secondFactor.covers(account.role) && !account.hasSecondFactor && !isVouchedFor
    }

    /// Whom a trusted proxy names. From everybody else the header is nothing: anybody can write it.
    func proxyUser(_ request: Request, peer: String) -> String? {
        guard let header = settings.signInHeader.flatMap({ HTTPField.Name($0) }),
            RequestOrigin.isTrusted(peer: peer, settings.trustedProxies),
            let name = request.headers[header], Account.isName(name)
        else { return nil }
        return name
    }

    private func principal(ofProxy name: String?) async throws -> Principal {
        guard let name, let account = try await services.store.perform({ try $0.account(name) }) else { return .nobody }
        return Principal(kind: .proxy, name: account.name, role: account.role, cameras: account.cameras)
    }

    /// Whether a long answer may still go on: the session or token may have ended meanwhile.
    /// A database that can't say now is asked again later.
    func isStillIn(_ call: APICall) async -> Bool {
        do {
            return try await principal(call.request, peer: call.context.clientAddress).role.map { $0 >= .viewer }
                ?? false
        } catch {
            logger.error("it is not known whether \(call.principal.name) is still signed in: \(error)")
            return true
        }
    }

    /// The cookie of a session: no script can read it, no other site can have it sent.
    /// - Parameter secret: Nil takes it away.
    static func sessionCookie(_ secret: String?, seconds: Double = 0, isSecure: Bool) -> Cookie {
        Cookie(
            name: cookie, value: secret ?? "", maxAge: Int(seconds), path: "/", secure: isSecure, httpOnly: true,
            sameSite: .strict)
    }

    /// A page of another site can make a browser send the cookie, but it can't read what this is derived from.
    static func csrf(secret: String) -> String {
        Data(Store.sha256("csrf " + secret).prefix(18)).base64URL
    }

    private static func changes(_ method: HTTPRequest.Method) -> Bool {
        method != .get && method != .head && method != .options && method != .trace
    }

    private func checkCSRF(_ request: Request, _ principal: Principal) throws {
        guard Self.changes(request.method) else { return }
        if case .proxy = principal.kind {
            // The browser's cookie for the proxy would be enough, on any site's page.
            throw APIError.forbidden("Begin a session first: POST /api/v1/session/proxy.")
        }
        guard case .session(let secret, _) = principal.kind else { return }
        try checkSite(request)
        guard let name = Self.csrfHeader, request.headers[name] == Self.csrf(secret: secret) else {
            throw APIError.forbidden("The header X-CSRF-Token is missing or old: get it from /api/v1/session.")
        }
    }

    /// What browsers themselves say about where a request comes from.
    private func checkSite(_ request: Request) throws {
        if let site = HTTPField.Name("Sec-Fetch-Site").flatMap({ request.headers[$0] }), site != "same-origin",
            site != "none"
        {
            throw APIError.forbidden("Requests from other sites are refused.")
        }
        if let origin = request.headers[.origin], let host = request.head.authority,
            origin.split(separator: "/", omittingEmptySubsequences: true).last.map(String.init) != host
        {
            throw APIError.forbidden("Requests from other sites are refused.")
        }
    }
}
