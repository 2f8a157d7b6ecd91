import Domain
import Foundation
import Hummingbird
import Storage

/// Accounts, tokens and the audit log.
struct UserRoutes: Sendable {
    let api: APIRouter

    struct View: Encodable {
        var name: String
        var role: Role
        var createdAt: Date
        var lastSeenAt: Date?
        var secondFactor: Bool
        /// Nil: sees every one.
        var cameras: [String]?

        init(_ account: Account) {
            name = account.name
            role = account.role
            createdAt = account.createdAt
            lastSeenAt = account.lastSeenAt
            secondFactor = account.hasSecondFactor
            cameras = account.cameras.map { $0.map(\.rawValue).sorted() }
        }
    }

    private struct NewUser: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable { case name, password, role, cameras }
        static let nullable: Set<String> = ["cameras"]
        var name: String
        var password: String
        var role: Choice<Role>
        var cameras: [String]?

        func check() throws {
            try UserRoutes.check(name: name, CodingKeys.name)
            try UserRoutes.check(newPassword: password, CodingKeys.password)
            _ = try UserRoutes.set(cameras)
        }
    }

    private struct Change: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable { case password, role, cameras }
        static let nullable: Set<String> = ["cameras"]
        var password: String?
        var role: Choice<Role>?
        /// Nil: stays as it is; `.some(nil)`: every one.
        var cameras: [String]??

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            password = try values.decodeIfPresent(String.self, forKey: .password)
            role = try values.decodeIfPresent(Choice<Role>.self, forKey: .role)
            // Not by ?:, which would make nil of both: every camera.
            if values.contains(.cameras) {
                cameras = .some(try values.decodeIfPresent([String].self, forKey: .cameras))
            }
        }

        func check() throws {
            try UserRoutes.check(newPassword: password, CodingKeys.password)
            _ = try UserRoutes.set(cameras ?? nil)
        }
    }

    private struct NewToken: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable { case name, role, days, cameras }
        static let nullable: Set<String> = ["cameras"]
        var name: String
        var role: Choice<Role>
        var days: Int?
        var cameras: [String]?

        func check() throws {
            try APIError.check(name, CodingKeys.name, length: 1...80)
            try APIError.check(days, CodingKeys.days, 1...3650)
            _ = try UserRoutes.set(cameras)
        }
    }

    private struct TokenView: Encodable {
        var id: String
        var name: String
        var role: Role
        var createdAt: Date
        var createdBy: String
        var expiresAt: Date?
        var lastUsedAt: Date?
        /// Nil: sees every one.
        var cameras: [String]?
        var secret: String?

        init(_ token: APIToken, secret: String? = nil) {
            id = token.id
            name = token.name
            role = token.role
            createdAt = token.createdAt
            createdBy = token.createdBy
            expiresAt = token.expiresAt
            lastUsedAt = token.lastUsedAt
            cameras = token.cameras.map { $0.map(\.rawValue).sorted() }
            self.secret = secret
        }
    }

    static func check(name: String, _ key: some CodingKey) throws {
        try APIError.check(name, key, length: 1...64)
        guard Account.isName(name) else {
            throw APIError.invalid("A name has 1 to 64 of A-Z a-z 0-9 . _ @ -, a letter or digit first.")
        }
    }

    /// Cameras by their ids, of which some may be gone from the configuration.
    private static func set(_ cameras: [String]?) throws -> Set<CameraID>? {
        guard let cameras else { return nil }
        guard cameras.count <= 1000 else { throw APIError.invalid("\"cameras\" must be a list of at most 1000.") }
        return Set(
            try cameras.map { text in
                guard let camera = CameraID(rawValue: text) else {
                    throw APIError.invalid("\"cameras\" must be a list of cameras' ids.")
                }
                return camera
            })
    }

    /// Who changes settings and accounts could give himself every camera anyway.
    private static func check(_ role: Role, _ cameras: Set<CameraID>?) throws {
        guard role == .admin, cameras != nil else { return }
        throw APIError.unprocessable("An administrator sees every camera.")
    }

    static func check(newPassword: String?, _ key: some CodingKey) throws {
        try APIError.check(newPassword, key, length: PasswordPolicy.length)
    }

    func add() {
        let store = api.services.store
        let worker = PasswordWorker(cost: api.settings.passwordCost)
        api.on(.get, "/users", role: .admin) { _ in
            struct Users: Encodable { var users: [View] }
            return .json(Users(users: try await store.perform { try $0.accounts() }.map(View.init)))
        }
        api.on(.post, "/users", role: .admin) { call in
            let user = try await call.body(NewUser.self)
            try api.checkStrength(user.password, of: user.name)
            let cameras = try Self.set(user.cameras)
            try Self.check(user.role.value, cameras)
            let password = try await worker.hash(user.password)
            let account = try await store.perform { store in
                guard try store.addAccount(user.name, password: password, role: user.role.value, cameras: cameras),
                    let account = try store.account(user.name)
                else { throw APIError.conflict("There is an account of this name already.") }
                return account
            }
            await api.audit(call, "user.create", user.name, "role \(user.role.value.rawValue)")
            return .json(View(account), status: .created)
        }
        api.on(.patch, "/users/{user}", role: .admin) { call in
            let name = call.parameter("user"), change = try await call.body(Change.self)
            try api.checkStrength(change.password, of: name)
            let password = if let text = change.password { try await worker.hash(text) } else { PasswordHash?.none }
            let account = try await store.perform { store in
                guard let before = try store.account(name) else { throw APIError.notFound("There is no such account.") }
                let cameras: Set<CameraID>?? = try change.cameras.map { try Self.set($0) }
                try Self.check(change.role?.value ?? before.role, cameras ?? before.cameras)
                guard
                    try store.changeAccount(
                        name,
                        // Whoever learned the password may have turned messages on, too.
                        .init(
                            password: password, role: change.role?.value, cameras: cameras,
                            endsDevices: password != nil && name.lowercased() != call.principal.name.lowercased())),
                    let account = try store.account(name)
                else { throw APIError.conflict("This is the last admin.") }
                return account
            }
            let parts = [
                change.password.map { _ in "password" }, change.role.map { "role \($0.value.rawValue)" },
                change.cameras.map { $0.map { "cameras \($0.joined(separator: ", "))" } ?? "every camera" },
            ]
            await api.audit(call, "user.change", account.name, parts.compactMap { $0 }.joined(separator: ", "))
            return .json(View(account))
        }
        api.on(.delete, "/users/{user}", role: .admin) { call in
            let name = call.parameter("user")
            try await store.perform { store in
                guard try store.account(name) != nil else { throw APIError.notFound("There is no such account.") }
                guard try store.removeAccount(name) else { throw APIError.conflict("This is the last admin.") }
            }
            await api.audit(call, "user.remove", name)
            return .done
        }
        api.on(.delete, "/users/{user}/second-factor", role: .admin) { call in
            let name = call.parameter("user")
            guard try await store.perform({ try $0.removeSecondFactor(of: name) }) else {
                throw APIError.notFound("There is no such account, or it has no second factor.")
            }
            await api.audit(call, "user.second_factor", name, "off")
            return .done
        }
        api.on(.get, "/tokens", role: .admin) { _ in
            struct Tokens: Encodable { var tokens: [TokenView] }
            return .json(Tokens(tokens: try await store.perform { try $0.tokens() }.map { TokenView($0) }))
        }
        api.on(.post, "/tokens", role: .admin) { call in
            let new = try await call.body(NewToken.self)
            let expiresAt = new.days.map { api.clock.now() + Double($0) * 86_400 }, cameras = try Self.set(new.cameras)
            try Self.check(new.role.value, cameras)
            let made = try await store.perform { store in
                try store.addToken(
                    name: new.name, role: new.role.value, by: call.principal.name, expiresAt: expiresAt,
                    cameras: cameras)
            }
            let limits = new.cameras.map { ", cameras \($0.joined(separator: ", "))" } ?? ""
            await api.audit(call, "token.create", new.name, "role \(new.role.value.rawValue)\(limits)")
            return .json(TokenView(made.token, secret: made.secret), status: .created)
        }
        api.on(.delete, "/tokens/{token}", role: .admin) { call in
            let id = call.parameter("token")
            guard try await store.perform({ try $0.removeToken(id) }) else {
                throw APIError.notFound("There is no such token.")
            }
            await api.audit(call, "token.remove", id)
            return .done
        }
        api.on(.get, "/audit", role: .admin) { call in
            struct Page: Encodable { var entries: [AuditEntry] }
            let limit = try call.integer("limit", 1...500) ?? 100
            let before = try call.integer("before", 0...Int(1) << 53)
            let entries = try await store.perform {
                try $0.auditEntries(before: before.map(Int64.init), limit: limit)
            }
            return .json(Page(entries: entries))
        }
    }
}

extension APIRouter {
    /// Makes an account for a name that somebody who is trusted gives, where there is none and that is wanted.
    /// - Parameter by: Who gives the name.
    /// - Throws: when there is no such account then.
    func makeAccount(_ name: String, by: String, from origin: RequestOrigin) async throws {
        if try await services.store.perform({ try $0.account(name) }) != nil { return }
        guard let role = settings.newAccounts else {
            throw APIError(
                status: .forbidden, code: "no_account",
                message: "You have no account here. Ask an administrator to add one with your name.")
        }
        // Nobody knows it: this account signs in there, or after an administrator has set a password.
        let worker = PasswordWorker(cost: settings.passwordCost)
        let password = try await worker.hash(Data.random(count: 24).base64URL)
        if try await services.store.perform({ try $0.addAccount(name, password: password, role: role) }) {
            await audit(
                who: by, address: origin.address, action: "user.create", subject: name, detail: "role \(role.rawValue)")
        }
    }

    /// - Parameter password: nil: stays as it is.
    /// - Throws: when it is too easy to guess.
    func checkStrength(_ password: String?, of account: String) throws {
        guard let password else { return }
        let cameras = services.feed?.cameras().map(\.name) ?? []
        guard let weakness = PasswordPolicy(ownWords: [account, siteName] + cameras).weakness(of: password) else {
            return
        }
        throw APIError(status: .unprocessableContent, code: "weak_password", message: "\(weakness)")
    }
}
