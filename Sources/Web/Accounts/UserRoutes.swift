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

        init(_ account: Account) {
            name = account.name
            role = account.role
            createdAt = account.createdAt
            lastSeenAt = account.lastSeenAt
            secondFactor = account.hasSecondFactor
        }
    }

    private struct NewUser: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable { case name, password, role }
        var name: String
        var password: String
        var role: Choice<Role>

        func check() throws {
            try UserRoutes.check(name: name, CodingKeys.name)
            try UserRoutes.check(newPassword: password, CodingKeys.password)
        }
    }

    private struct Change: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable { case password, role }
        var password: String?
        var role: Choice<Role>?

        func check() throws { try UserRoutes.check(newPassword: password, CodingKeys.password) }
    }

    private struct NewToken: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable { case name, role, days }
        var name: String
        var role: Choice<Role>
        var days: Int?

        func check() throws {
            try APIError.check(name, CodingKeys.name, length: 1...80)
            try APIError.check(days, CodingKeys.days, 1...3650)
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
        var secret: String?

        init(_ token: APIToken, secret: String? = nil) {
            id = token.id
            name = token.name
            role = token.role
            createdAt = token.createdAt
            createdBy = token.createdBy
            expiresAt = token.expiresAt
            lastUsedAt = token.lastUsedAt
            self.secret = secret
        }
    }

    static func check(name: String, _ key: some CodingKey) throws {
        try APIError.check(name, key, length: 1...64)
        guard Account.isName(name) else {
            throw APIError.invalid("A name has 1 to 64 of A-Z a-z 0-9 . _ @ -, a letter or digit first.")
        }
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
            let password = try await worker.hash(user.password)
            let account = try await store.perform { store in
                guard try store.addAccount(user.name, password: password, role: user.role.value),
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
                guard try store.account(name) != nil else { throw APIError.notFound("There is no such account.") }
                guard try store.changeAccount(name, password: password, role: change.role?.value),
                    let account = try store.account(name)
                else { throw APIError.conflict("This is the last admin.") }
                return account
            }
            let parts = [change.password.map { _ in "password" }, change.role.map { "role \($0.value.rawValue)" }]
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
            let expiresAt = new.days.map { api.clock.now() + Double($0) * 86_400 }
            let made = try await store.perform { store in
                try store.addToken(name: new.name, role: new.role.value, by: call.principal.name, expiresAt: expiresAt)
            }
            await api.audit(call, "token.create", new.name, "role \(new.role.value.rawValue)")
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
